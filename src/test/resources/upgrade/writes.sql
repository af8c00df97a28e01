-- What the build before the newest migration writes, table by table. {n} is the number of the run, so that no two are alike.
-- To be extended when a build is released whose statements are not among these.
insert into connection (connection_id, tenant, system, environment, status, scopes, labels, allowed_cidrs, generation, created_at,
    updated_at)
values ('cbefore000000000000{n}', 'acme', 'netsuite', 'production', 'ACTIVE', '{}', '{}', '{}', 1, now(), now());
insert into token (token_id, connection_id, environment, mac, generation, state, issued_at)
values ('before0{n}', 'cbefore000000000000{n}', 'production', '\x00', 1, 'CURRENT', now());
insert into publication (connection_id, environment, desired_generation, published_generation, published_at, wanted, next_attempt_at)
values ('cbefore000000000000{n}', 'production', 1, 1, now(), 'NOTHING', now());
insert into token_usage (token_id, first_used_at, last_used_at) values ('before0{n}', now(), now())
on conflict (token_id) do update set last_used_at = greatest(token_usage.last_used_at, excluded.last_used_at);
update token set state = 'RETIRING', overlap_ms = 1000, retires_at = now() where token_id = 'before0{n}';
insert into token (token_id, connection_id, environment, mac, generation, state, issued_at)
values ('beforeR{n}', 'cbefore000000000000{n}', 'production', '\x00', 2, 'CURRENT', now());
update connection set generation = 2, updated_at = now() where connection_id = 'cbefore000000000000{n}';
update token set state = 'REVOKED', end_cause = 'REVOKED', revoked_at = now() where connection_id = 'cbefore000000000000{n}';
update connection set status = 'SUSPENDED', status_under = 'ACTIVE' where connection_id = 'cbefore000000000000{n}';
insert into audit_event (event_id, at, actor_method, action, object_type, object_id, environment, result)
values ('ebefore{n}', clock_timestamp(), 'service', 'token.revoke', 'token', 'before0{n}', 'production', 'success');
insert into operator (operator_id, name, roles, environments, key_id, key_mac, created_at)
values ('obefore000000000000{n}', 'before', '{auditor}', '{*}', 'beforeK{n}', '\x00', now());
update operator set removed_at = now() where operator_id = 'obefore000000000000{n}';
insert into idempotency (caller, method, path, key, request_mac, status, answer, created_at)
values ('before', 'POST', '/v1/connections', '{n}', '\x00', 201, '{}', now());
update idempotency set completed = true where key = '{n}';
insert into replica (replica_id, keyrings, seen_at) values ('before{n}', '{}', now())
on conflict (replica_id) do update set seen_at = excluded.seen_at;
delete from replica where replica_id = 'before{n}';
insert into duty (name, owner, held_until) values ('before', 'before', now())
on conflict (name) do update set owner = excluded.owner, held_until = excluded.held_until;
insert into replica_lease (replica_id) values ('before{n}');
update replica_lease set beat = beat + 1, acked = (select n from change_head) where replica_id = 'before{n}';
delete from replica_lease where replica_id = 'before{n}';
