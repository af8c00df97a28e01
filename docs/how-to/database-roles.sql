-- Two roles for Token Vault, to be run once by a superuser while connected to the new, empty database; repeating it changes
-- nothing. Give each a password afterwards, with \password in psql.

-- Owns the schema. Only migrations log in as this role.
do $$ begin
    if not exists (select from pg_roles where rolname = 'token_vault_owner') then
        create role token_vault_owner login;
    end if;
    -- Reads and writes rows. The service logs in as this role; it can change no table, no trigger and no migration.
    if not exists (select from pg_roles where rolname = 'token_vault_service') then
        create role token_vault_service login;
    end if;
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect, create on database %I to token_vault_owner', current_database());
    execute format('grant connect on database %I to token_vault_service', current_database());
end $$;

revoke all on schema public from public;
grant usage, create on schema public to token_vault_owner;
grant usage on schema public to token_vault_service;

-- What migrations will make. Of audit_event they take update and delete away again: the audit log can only grow.
alter default privileges for role token_vault_owner in schema public
    grant select, insert, update, delete on tables to token_vault_service;
-- The numbers of audit events, and their jump over what a restored database has lost.
alter default privileges for role token_vault_owner in schema public
    grant usage, update on sequences to token_vault_service;
