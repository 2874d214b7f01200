"""An S3 store through the MinIO SDK. Only what every such store offers is used: no locks, no tags, no copies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import certifi
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from shared.blobs.cache import BlobCache
from shared.blobs.in_bucket import BucketBlobs
from shared.blobs.port import BlobStoreUnavailable
from shared.blobs.stored import BytesGone
from shared.blobs.transfer import Readable, Reply

PART = 8 * 1024 * 1024
MAX_PARTS = 10_000
_CONNECT_S = 5.0
_READ_S = 60.0
_OURS_ALREADY = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


class S3Blobs(BucketBlobs):
    """Objects in one bucket. ``endpoint`` is a URL, or host and port for https.

    ``local`` copies objects into ``cache_dir``, which keeps up to ``cache_bytes`` of them for the next time.
    """

    @property
    def remote(self) -> bool:
        """See :class:`Blobs`."""
        return True

    def __init__(
        self,
        *,
        endpoint: str,
        bucket: str,
        access_key: str,
        secret_key: str,
        region: str,
        cache_dir: Path,
        cache_bytes: int,
    ) -> None:
        client = _client(endpoint, access_key, secret_key, region)
        super().__init__(MinioBucket(client, bucket), BlobCache(cache_dir, cache_bytes))


class MinioBucket:
    """See :class:`shared.blobs.bucket.Bucket`."""

    max_size = MAX_PARTS * PART

    def __init__(self, client: Minio, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def ensure(self) -> None:
        """Make the bucket if there is none."""
        with _told_apart():
            if self._client.bucket_exists(self._bucket):
                return
            try:
                self._client.make_bucket(self._bucket)
            except S3Error as error:
                if error.code not in _OURS_ALREADY:
                    raise

    def get(self, name: str, offset: int, length: int) -> Reply:
        """Ask for a range."""
        with _told_apart():
            return _Reply(self._client.get_object(self._bucket, name, offset=offset, length=length))

    def put(self, name: str, data: Readable, content_type: str) -> None:
        """Store an object: in one request if it is small, else in parts of 8 MB, one after the other."""
        stream = cast(BinaryIO, data)
        with _told_apart():
            stored = self._client.put_object(
                self._bucket, name, stream, -1, content_type, part_size=PART, num_parallel_uploads=1
            )
        if not stored.etag:  # S3 may put an error into a reply with status 200, and the SDK does not look
            raise BlobStoreUnavailable("The object store did not put the parts together.")

    def remove(self, name: str) -> None:
        """Remove an object, if there is one."""
        with _told_apart():
            self._client.remove_object(self._bucket, name)

    def names(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Yield names and when they were written."""
        with _told_apart():
            for found in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                yield str(found.object_name), found.last_modified or datetime.now(UTC)


class _Reply:
    def __init__(self, response: Any) -> None:
        self._response = response

    def read(self, size: int) -> bytes:
        with _told_apart():
            return cast(bytes, self._response.read(size))

    def close(self) -> None:
        self._response.close()
        self._response.release_conn()


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn the errors of the SDK and of its HTTP client into ours."""
    try:
        yield
    except S3Error as error:
        if error.code == "NoSuchKey":
            raise BytesGone(str(error.object_name)) from error
        raise BlobStoreUnavailable(
            f"The object store refuses: {error.code}.", details={"s3_code": error.code, "s3_message": error.message}
        ) from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        raise BlobStoreUnavailable(f"The object store does not answer: {type(error).__name__}.") from error


def _client(endpoint: str, access_key: str, secret_key: str, region: str) -> Minio:
    url = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
    http = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=_CONNECT_S, read=_READ_S),
        maxsize=32,
        cert_reqs="CERT_REQUIRED",
        ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
        retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
    )
    return Minio(
        url.netloc,
        access_key=access_key,
        secret_key=secret_key,
        secure=url.scheme == "https",
        region=region or None,
        http_client=http,
    )
