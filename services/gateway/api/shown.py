"""Records as answers: loaded, linked and wrapped the same way by every route of the editor."""

from __future__ import annotations

import time

from fastapi.responses import JSONResponse

from services.gateway.api.context import Gateway, checked_id
from services.gateway.domain import links
from services.gateway.domain.ranges import if_match_holds
from services.gateway.domain.records import Asset, Project
from services.gateway.domain.refusal import Refusal, not_found
from services.gateway.domain.timeline.data import TimelineData
from services.gateway.domain.views import Linker, View, project_detail
from services.gateway.store import assets, consents, projects
from shared.db import Connection

PLAYLIST = ".m3u8"
"""What ends so names other objects of its folder, and is no use without them."""


def linker(gateway: Gateway) -> Linker:
    """Return what signs links, good from now for the time that the settings say."""
    expires = int(time.time()) + gateway.settings.link_ttl

    def link(key: str) -> str:
        sign = links.sign_folder if key.endswith(PLAYLIST) else links.sign
        return sign(key, expires, gateway.link_secret)

    return link


async def own_asset(connection: Connection, account: str, asset_id: str, *, lock: bool = False) -> Asset:
    """Return the account's asset. Raises the 404 refusal."""
    asset = await assets.find(connection, account, checked_id(asset_id, "asset"), lock=lock)
    if asset is None:
        raise not_found("asset")
    return asset


async def own_video(connection: Connection, account: str, asset_id: str) -> Asset:
    """Return the account's film; sounds and pictures are none. Raises the 404 refusal."""
    asset = await own_asset(connection, account, asset_id)
    if asset.info.kind != "video":
        raise not_found("film")
    return asset


async def own_project(connection: Connection, account: str, project_id: str, *, lock: bool = False) -> Project:
    """Return the account's project. Raises the 404 refusal."""
    project = await projects.find(connection, account, checked_id(project_id, "project"), lock=lock)
    if project is None:
        raise not_found("project")
    return project


async def current_timeline(connection: Connection, project: Project) -> TimelineData | None:
    """Return the timeline that the project has now; None before its first revision."""
    if project.revision == 0:
        return None
    revision = await projects.revision(connection, project.id, project.revision)
    return revision.data if revision else None


async def shown_project(gateway: Gateway, connection: Connection, account: str, project_id: str) -> View:
    """Return the ProjectDetail as it is now. Raises the 404 refusal."""
    project = await own_project(connection, account, project_id)
    asset = await own_asset(connection, account, project.asset_id)
    consent = await consents.find(connection, asset.id)
    return project_detail(project, asset, consent, await current_timeline(connection, project), linker(gateway))


def etag_of(revision: int) -> str:
    """Return the entity tag of a project's timeline."""
    return f'"{revision}"'


def check_match(project: Project, if_match: str | None) -> None:
    """Raise the 412 refusal unless the header ``If-Match`` holds for the project's timeline."""
    if not if_match_holds(if_match, etag_of(project.revision)):
        raise Refusal(
            412,
            "revision_mismatch",
            f"The timeline is at revision {project.revision}.",
            remedy="Read the timeline again, and send your change with its ETag.",
            extra={"revision": project.revision},
        )


def project_answer(shown: View, status: int = 200, **beside: object) -> JSONResponse:
    """Return the answer with a ProjectDetail, its revision as the tag."""
    headers = {"ETag": f'"{shown["revision"]}"'}
    return JSONResponse({**shown, **beside}, status, headers=headers)
