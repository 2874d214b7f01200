"""Decoding frames of sources by their numbers, from the key frame before them or from where decoding is."""

from __future__ import annotations

from collections.abc import Iterator

import av

from services.renderer.domain.h264 import is_idr
from services.renderer.tools.onwards import Unfit, Way
from services.renderer.tools.spans import Film, Source


class Pictures:
    """Decoded frames of sources, by their numbers. The ones used last stay open; what a closed one held is free."""

    def __init__(self) -> None:
        self._films: dict[str, Film] = {}
        self._way: tuple[Film, Way] | None = None

    def film(self, source: Source, options: dict[str, str], most: int = 1) -> Film:
        """Return the source, opened, as one of ``most`` that are open."""
        film = self._films.pop(source.url, None) or Film(source, options)
        self._films[source.url] = film
        while len(self._films) > most:
            self._close(next(iter(self._films)))
        return film

    def _close(self, url: str) -> None:
        film = self._films.pop(url)
        self._ended(film)
        film.close()

    def _ended(self, film: Film) -> Way | None:
        """Return the way through a film, if it is that film's; it goes on no more."""
        of, way = self._way or (None, None)
        if of is not film:
            return None
        self._way = None
        return way

    def onwards(self, film: Film, first: int, frames: int) -> Iterator[av.VideoFrame]:
        """Yield the frames ``first`` and following, decoded from where decoding is if that is nearer. Raises Unfit."""
        way = self._ended(film)
        if way is None or not way.reaches(first):
            way = Way(film, first)
        yield from way.frames(first, frames)
        self._way = film, way

    def of(self, film: Film, first: int, frames: int) -> Iterator[av.VideoFrame]:
        """Yield the frames ``first`` and following, decoded from the IDR frame before them on. Raises Unfit."""
        self._ended(film)
        at = first
        for frame in _decoded(film, range(first, first + frames)):
            place = film.place(frame.pts)
            if place is not None and place < first:
                continue
            if place != at or frame.is_corrupt:
                raise Unfit("frames are missing")
            yield frame
            at += 1
            if at == first + frames:
                return
        raise Unfit("frames are missing")


def _decoded(film: Film, wanted: range) -> Iterator[av.VideoFrame]:
    """Yield what comes of decoding until all that is wanted has been given to the decoder; more may come before it."""
    context, given, begun = film.stream.codec_context, 0, False
    for packet in film.packets(wanted.start):
        place = film.place(packet.pts)
        if place is None:
            raise Unfit("frames are not evenly spaced")
        if not begun and (place > wanted.start or not is_idr(bytes(packet))):
            raise Unfit("the key frame needs others before it")
        begun = True
        context.skip_frame = "DEFAULT" if place in wanted else "NONREF"
        yield from context.decode(packet)
        given += place in wanted
        if given == len(wanted):
            break
    yield from context.decode(None)
