-- One role and one database a service; no role may enter another's database. Run by psql as superuser, any number of times.
-- Passwords come from the environment, so that none stands in a file or in a command line.
\set ON_ERROR_STOP on
\getenv gateway CUTROOM_GATEWAY_DB_PASSWORD
\getenv analyzer CUTROOM_ANALYZER_DB_PASSWORD
\getenv planner CUTROOM_PLANNER_DB_PASSWORD
\getenv renderer CUTROOM_RENDERER_DB_PASSWORD
\getenv lipsync CUTROOM_LIPSYNC_DB_PASSWORD

CREATE TEMPORARY TABLE service (name text, password text);
INSERT INTO service VALUES
    ('gateway', :'gateway'),
    ('analyzer', :'analyzer'),
    ('planner', :'planner'),
    ('renderer', :'renderer'),
    ('lipsync', :'lipsync');

SELECT format('CREATE ROLE %I LOGIN', name)
FROM service WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT format('ALTER ROLE %I PASSWORD %L', name, password) FROM service \gexec

SELECT format('CREATE DATABASE %I OWNER %I', name, name)
FROM service WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', name) FROM service \gexec

REVOKE ALL ON DATABASE postgres FROM PUBLIC;
