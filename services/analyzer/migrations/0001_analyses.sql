-- The parts of analyses by content and settings: what was measured once is not measured again.
create table parts (
    sha256 text not null,
    part text not null,
    settings text not null,
    document jsonb not null,
    made_at timestamptz not null default now(),
    primary key (sha256, part, settings)
);

-- The facts that were published for analyses put together from such parts.
create table analyses (
    sha256 text not null,
    settings text not null,
    fact jsonb not null,
    made_at timestamptz not null default now(),
    primary key (sha256, settings)
);
