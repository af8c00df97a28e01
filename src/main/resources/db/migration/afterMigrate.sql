-- After every migration: whoever is not the owner may add to the audit log, and read the history of migrations, and nothing
-- else. It does not name the roles of a deployment, and where one role owns and does everything it changes nothing.
do $$
declare
    given record;
begin
    for given in
        select c.oid::regclass as relation, a.grantee::regrole as grantee, a.privilege_type as privilege
        from pg_class c, aclexplode(c.relacl) a
        where a.grantee <> c.relowner and a.grantee <> 0
            and (c.oid = 'audit_event'::regclass and a.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
                or c.oid = 'flyway_schema_history'::regclass and a.privilege_type <> 'SELECT')
    loop
        execute format('revoke %s on %s from %s', given.privilege, given.relation, given.grantee);
    end loop;
end $$;
