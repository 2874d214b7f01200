"""The examples of a render's order are orders, and stand in the API's description."""

from __future__ import annotations

import pytest
from pydantic.config import JsonDict

from services.gateway.domain.render_order import EXAMPLES, RenderOrder, outputs_wanted


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_an_order_that_can_be_made(example: JsonDict) -> None:
    order = RenderOrder.model_validate(example)
    wanted = outputs_wanted(order)
    assert len(wanted) == max(1, len(order.outputs))
    assert any(output.hls for output in wanted) is ("hls" in str(example))


def test_the_examples_stand_in_the_schema() -> None:
    assert RenderOrder.model_json_schema()["examples"] == EXAMPLES
