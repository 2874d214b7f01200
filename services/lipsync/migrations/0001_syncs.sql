-- Which film answered which command; the films themselves are in the object store.

create table syncs (
    command_id text primary key,
    job_id text not null,
    tenant text not null,
    asset_id text not null,
    engine text not null,
    video_key text not null,
    created_at timestamptz not null default now()
);

create index syncs_by_job on syncs (job_id);
