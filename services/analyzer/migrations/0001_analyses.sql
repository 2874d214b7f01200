-- Analyses by content and settings: the same medium is not analysed twice.
create table analyses (
    sha256 text not null,
    settings text not null,
    fact jsonb not null,
    made_at timestamptz not null default now(),
    primary key (sha256, settings)
);
