"""A film of somebody who walks across becomes an upright video that follows, through the whole studio."""

from __future__ import annotations

from pathlib import Path

import av
from PIL import Image

from deploy.embedded import Studio
from services.analyzer.tools.faces import find_faces
from tests.e2e.api import Person
from tests.people import Person as Walker
from tests.people import Take, film


async def test_an_upright_render_follows_the_face(tmp_path: Path) -> None:
    takes = [
        Take(60, 1, (Walker((0.15, 0.45), (0.85, 0.5), 0.6),)),
        Take(30, 2, (Walker((0.8, 0.5), (0.8, 0.5), 0.5),)),
    ]
    path = film(tmp_path / "walk.mp4", takes, (320, 180))
    async with Studio(tmp_path / "studio") as studio:
        person = Person(studio.url)
        body = await person.ingest(path)
        ended = await person.until_ended(body["job_id"])
        assert ended["status"] == "completed", ended
        project, asset = body["project"]["id"], body["asset"]["id"]
        job_id = await person.render(project, asset, aspect_ratio="9:16", draft=True)
        assert (await person.until_ended(job_id))["status"] == "completed"
        status = (await person.http.get(f"/api/render/status/{job_id}")).json()
        done = await person.download(status["output_url"], tmp_path / "film.mp4")
        await person.http.aclose()
    inside = []
    with av.open(str(done)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 5 == 0:
                found = find_faces(frame.to_image())
                inside.append(
                    bool(found) and found[0].x > 0 and found[0].x + found[0].width < 1 and found[0].width > 0.25
                )
                last: Image.Image = frame.to_image()
    assert last.height > last.width
    assert len(inside) > 10
    assert sum(inside) >= 0.95 * len(inside), inside
