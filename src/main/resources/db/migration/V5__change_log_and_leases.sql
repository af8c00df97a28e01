-- The change log of docs/explanation/revocation.md. The tables announce their changes themselves, so that no writer can
-- forget to: not a bulk statement, and not a person at the database.

-- How many changes there were. The row is locked from a change's last moment to its commit, so that the order of the
-- numbers is that of the commits, and none is missing.
create table change_head (
    only_row boolean primary key default true check (only_row),
    n        bigint  not null
);
insert into change_head (n) values (0);

-- What each change was about; all that one transaction changed has one number.
create table change_log (
    seq    bigint      not null,
    kind   text        not null check (kind in ('CONNECTION', 'OPERATOR', 'ENVIRONMENT')),
    target text        not null,
    at     timestamptz not null default clock_timestamp(),
    primary key (seq, kind, target)
);
create index change_log_age on change_log (at);

-- Replicas that may answer from what they keep. Without its row a replica has no lease.
create table replica_lease (
    replica_id text        primary key,
    beat       bigint      not null default 0,
    acked      bigint      not null default 0,
    since      timestamptz not null default now()
) with (fillfactor = 50);

-- Runs at the end of the transaction, when it holds every other lock: whoever waits here is waited for by nobody.
create function announce_change(about text, who text) returns void language plpgsql as $$
declare
    mine bigint := nullif(current_setting('token_vault.change', true), '');
begin
    if mine is null then
        update change_head set n = n + 1 returning n into mine;
        perform set_config('token_vault.change', mine::text, true);
        perform pg_notify('token_vault_changes', '');
    end if;
    insert into change_log (seq, kind, target) values (mine, about, who) on conflict do nothing;
end $$;

create function announce_token() returns trigger language plpgsql as $$
begin perform announce_change('CONNECTION', new.connection_id); return null; end $$;
create constraint trigger token_announced after update on token deferrable initially deferred for each row
    when ((old.mac, old.state, old.end_cause, old.expires_at, old.retires_at)
        is distinct from (new.mac, new.state, new.end_cause, new.expires_at, new.retires_at))
    execute function announce_token();

create function announce_connection() returns trigger language plpgsql as $$
begin perform announce_change('CONNECTION', new.connection_id); return null; end $$;
create constraint trigger connection_announced after update on connection deferrable initially deferred for each row
    when ((old.status, old.status_under, old.scopes, old.allowed_cidrs, old.rate_limit, old.rate_limit_period)
        is distinct from
        (new.status, new.status_under, new.scopes, new.allowed_cidrs, new.rate_limit, new.rate_limit_period))
    execute function announce_connection();

create function announce_operator() returns trigger language plpgsql as $$
begin perform announce_change('OPERATOR', new.operator_id); return null; end $$;
create constraint trigger operator_announced after update on operator deferrable initially deferred for each row
    when ((old.name, old.roles, old.environments, old.key_id, old.key_mac, old.expires_at, old.removed_at)
        is distinct from
        (new.name, new.roles, new.environments, new.key_id, new.key_mac, new.expires_at, new.removed_at))
    execute function announce_operator();

create function announce_keyring() returns trigger language plpgsql as $$
begin perform announce_change('ENVIRONMENT', new.environment); return null; end $$;
create constraint trigger keyring_announced after update on keyring deferrable initially deferred for each row
    when ((old.fingerprint, old.generation) is distinct from (new.fingerprint, new.generation))
    execute function announce_keyring();
