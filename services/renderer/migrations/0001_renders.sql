-- What was rendered, by which command; the films themselves are in the object store.

create table renders (
    command_id text primary key,
    job_id text not null,
    tenant text not null,
    timeline_sha256 text not null,
    outputs jsonb not null,
    frames bigint not null,
    seconds double precision not null,
    rendered_at timestamptz not null default now()
);

create index renders_by_job on renders (job_id);
