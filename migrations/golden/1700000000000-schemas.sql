--- schema read
create schema read

--- schema write
create schema write

--- extension btree_gist
create extension btree_gist with schema public

--- extension fuzzystrmatch
create extension fuzzystrmatch with schema public

--- extension pg_trgm
create extension pg_trgm with schema public

--- extension unaccent
create extension unaccent with schema public
