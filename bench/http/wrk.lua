-- Requests for wrk. Environment: WRK_OP, WRK_IDS (a file with one patient id a line), WRK_TOKEN,
-- WRK_DIALECT ("crud" or "anamnesis"), WRK_SALT (unique for each run), WRK_FROM (how many ids the runs before may have updated),
-- WRK_RESOURCES (a file with one resource id a line) and WRK_SERVICE for bookings of anamnesis.
local op = os.getenv("WRK_OP")
local ours = os.getenv("WRK_DIALECT") == "anamnesis"
local salt = os.getenv("WRK_SALT")
local from = tonumber(os.getenv("WRK_FROM") or "0")
local prefix = ours and "/v1" or ""
local token = os.getenv("WRK_TOKEN")
local ids = {}
for line in io.lines(os.getenv("WRK_IDS")) do ids[#ids + 1] = line end
local resources = {}
if os.getenv("WRK_RESOURCES") then
  for line in io.lines(os.getenv("WRK_RESOURCES")) do resources[#resources + 1] = line end
end
local service = os.getenv("WRK_SERVICE")

local headers = { ["Content-Type"] = "application/json" }
if token then headers["Authorization"] = "Bearer " .. token end
if ours and op == "update" then headers["If-Match"] = '"1"' end

local families = { "smith", "johns", "willi", "brown", "garci", "mille", "davis", "rodri", "marti", "herna",
  "lopez", "gonza", "wilso", "ander", "thoma", "taylo", "moore", "jacks", "lee", "perez" }
local n = 0
local function uuid()
  return (("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx"):gsub("x", function() return ("%x"):format(math.random(0, 15)) end))
end

-- names as those who are there already have them
local function family(k)
  return "Family" .. (k * 7) % 1000
end

local function patient(id)
  local k = n
  if ours then
    return '{' .. (id and '"change":"new",' or '"identifiers":[{"system":"urn:anamnesis:mrn","value":"' .. salt .. "-" .. k .. '"}],') ..
      '"name":{"family":"' .. family(k) .. '","given":["Given' .. k % 200 .. '"]},"birthDate":"1984-06-21","gender":"female",' ..
      '"telecom":[{"system":"phone","value":"+1-555-0100"},{"system":"email","value":"someone@example.com"}],' ..
      '"address":{"line":["12 Harbour Street"],"city":"Springfield","postalCode":"49007","country":"US"}}'
  end
  return '{"mrn":"' .. salt .. "-" .. k .. '","givenName":"Given' .. k % 200 .. '","familyName":"' .. family(k) ..
    '","birthDate":"1984-06-21","sex":"female","phone":"+1-555-0100","email":"someone@example.com",' ..
    '"address":{"line":"12 Harbour Street","city":"Springfield","postalCode":"49007","country":"US"}' .. (id and ',"version":1' or "") .. "}"
end

function init(args)
  math.randomseed(tonumber(salt) or 1)
end

-- an id that no other run has updated: an update expects version 1
local function nextId()
  return ids[(from + n) % #ids + 1]
end

local SLOTS = 400
local booked = tonumber(os.getenv("WRK_BOOKED") or "0") -- resources whose time runs before have taken
local monday = 345600 + 604800 * math.ceil((os.time() + 86400) / 604800) -- a Monday, midnight UTC, at least a day ahead
local practitioner = nil
local taken = 0
local function appointment()
  if n % SLOTS == 1 then
    practitioner = ours and resources[(booked + taken) % #resources + 1] or uuid()
    taken = taken + 1
  end
  local at = monday + (n % SLOTS) * 1200
  local start = os.date("!%Y-%m-%dT%H:%M:%SZ", at)
  local finish = os.date("!%Y-%m-%dT%H:%M:%SZ", at + 1200)
  local id = ids[math.random(#ids)]
  if ours then
    return '{"patientId":"' .. id .. '","serviceTypeId":"' .. service .. '","resourceIds":["' .. practitioner .. '"],"start":"' .. start .. '"}'
  end
  return '{"patientId":"' .. id .. '","practitionerId":"' .. practitioner .. '","startsAt":"' .. start ..
    '","endsAt":"' .. finish .. '","reason":"Review"}'
end

local base = prefix .. "/patients"
function request()
  n = n + 1
  if op == "create" then return wrk.format("POST", base, headers, patient()) end
  if op == "get" then return wrk.format("GET", base .. "/" .. ids[math.random(#ids)], headers) end
  if op == "search" then return wrk.format("GET", base .. "?name=" .. families[math.random(#families)], headers) end
  if op == "update" then
    local id = nextId()
    return wrk.format("PUT", base .. "/" .. id .. (ours and "/demographics" or ""), headers, patient(id))
  end
  if op == "book" then return wrk.format("POST", prefix .. "/appointments", headers, appointment()) end
  error("unknown WRK_OP")
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('JSON {"requests":%d,"us":%d,"p50":%d,"p99":%d,"non2xx":%d,"broken":%d}\n', summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
