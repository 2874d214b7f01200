"""Settings of older products are named, ours and strangers' are not."""

from __future__ import annotations

from shared.ignored import ignored


def test_only_what_older_products_read_is_named() -> None:
    given = ["REDIS_URL", "AIVE_REDIS_URL", "AIVE_MEDIA_ROOT", "AIVE_INGEST_DIR", "CELERY_BROKER_URL", "SUPABASE_KEY"]
    ours = ["CUTROOM_BUS", "DATABASE_URL", "CORS_ORIGINS", "AIVE_CORS_ORIGINS", "AIVE_WATERMARK_TEXT", "PATH"]
    ours += ["AIVE_CHAT_BACKEND", "AIVE_HF_TEXT_MODEL"]
    assert ignored(dict.fromkeys(given + ours, "x")) == sorted(given)
