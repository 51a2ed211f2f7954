import { type CanActivate, type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../event-sourcing/errors.js';
import type { Actor, Role } from '../event-sourcing/execution-context.js';
import { ALLOWED_ROLES, PATIENT_SCOPE, PUBLIC_ROUTE } from './allow.js';
import { isOwnPatient, notYourRecord } from './may-see.js';
import './request-actor.js';
import { TokenVerifier } from './token-verifier.js';
import { unauthenticated } from './unauthenticated.js';

/** Who may call a route, worked out once. */
interface Policy {
  readonly open: boolean;
  readonly roles: readonly Role[];
  readonly patientScope?: string;
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** Every route but the public ones needs a token, of an allowed role, and a patient stays within its own record. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly policies = new Map<unknown, Policy>();

  constructor(
    private readonly tokens: TokenVerifier,
    private readonly reflector: Reflector,
  ) {}

  canActivate(call: ExecutionContext): boolean | Promise<boolean> {
    const policy = this.policyOf(call.getHandler(), call.getClass());
    if (policy.open) return true;
    const request = call.switchToHttp().getRequest<FastifyRequest>();
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated('unauthenticated', 'This needs a bearer token.');
    const actor = this.tokens.verify(token);
    return actor instanceof Promise
      ? actor.then((known) => admit(known, policy, request))
      : admit(actor, policy, request);
  }

  private policyOf(handler: Parameters<Reflector['get']>[1], controller: Type): Policy {
    let policy = this.policies.get(handler);
    if (!policy) {
      const targets = [handler, controller];
      policy = {
        open: this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) ?? false,
        roles: this.reflector.getAllAndOverride<Role[] | undefined>(ALLOWED_ROLES, targets) ?? [],
        patientScope: this.reflector.getAllAndOverride<string | undefined>(PATIENT_SCOPE, targets),
      };
      this.policies.set(handler, policy);
    }
    return policy;
  }
}

function admit(actor: Actor, { roles, patientScope }: Policy, request: FastifyRequest): true {
  if (!roles.includes(actor.role)) {
    throw new DomainError('forbidden', 'role-not-allowed', `This is not for the role ${actor.role}.`);
  }
  if (actor.role === 'patient' && patientScope !== undefined) mustBeOwn(actor, patientScope, request);
  request.actor = actor;
  return true;
}

/** A field that is absent is left to the validation, and to the handler where it is optional. */
function mustBeOwn(actor: Actor, path: string, { params, body, query }: FastifyRequest): void {
  const [place, field] = path.split('.', 2);
  const source = field === undefined ? params : place === 'body' ? body : query;
  const claimed = ((source ?? {}) as Record<string, unknown>)[field ?? path];
  if (claimed === undefined && field !== undefined) return;
  if (typeof claimed !== 'string' || !isOwnPatient(actor, claimed)) throw notYourRecord();
}
