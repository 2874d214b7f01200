-- What people edit: assets, projects with the history of their timelines, and the consent to render.

create table assets (
    id text primary key,
    account text not null,
    title text not null,
    media jsonb not null,
    info jsonb not null,
    thumbnail jsonb,
    sprites jsonb,
    analysis jsonb,
    known jsonb not null default '{}',
    captions jsonb,
    language text,
    hotwords text not null default '',
    speech_model text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index assets_of_account on assets (account, id desc);
create unique index assets_by_key on assets ((media ->> 'key'));

create table projects (
    id text primary key,
    account text not null,
    title text not null,
    status text not null check (
        status in ('new', 'ingested', 'analyzing', 'analyzed', 'rendering', 'rendered', 'failed')
    ),
    asset_id text not null references assets (id),
    revision integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index projects_of_account on projects (account, id desc);

-- Revisions of a project's timeline, numbered from 1 without gap; projects.revision is the current one.
create table timelines (
    project_id text not null references projects (id),
    revision integer not null check (revision > 0),
    data jsonb not null,
    origin text not null,
    created_at timestamptz not null default now(),
    primary key (project_id, revision)
);

-- Consent is given for media; the rows that say so outlive every change, the log is only ever added to.
create table consents (
    asset_id text primary key references assets (id),
    has_checkbox boolean not null default false,
    document jsonb,
    updated_at timestamptz not null default now()
);
create table consent_log (
    id bigint generated always as identity primary key,
    asset_id text not null references assets (id),
    at timestamptz not null default now(),
    account text not null,
    action text not null check (action in ('accepted', 'withdrawn', 'document_uploaded')),
    document_sha256 text
);
create index consent_log_of_asset on consent_log (asset_id, id desc);

-- Objects that are deleted when they are old: uploads that no row holds, files exported and imported, finished films.
-- Where going_since is set a sweep is deleting the object: nobody may count on it any more.
create table perishables (
    key text primary key,
    kind text not null check (kind in ('upload', 'passing', 'film')),
    at timestamptz not null default now(),
    going_since timestamptz
);
create index perishables_age on perishables (kind, at);

-- A plan with the same ratios is rendered once.
create table applied_plans (
    plan_job_id text not null,
    ratios text not null,
    render_job_id text not null,
    created_at timestamptz not null default now(),
    primary key (plan_job_id, ratios)
);

-- Secrets that all replicas share and nobody has to set.
create table secrets (name text primary key, value bytea not null, created_at timestamptz not null default now());
