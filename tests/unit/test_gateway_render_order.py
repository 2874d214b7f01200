"""The examples of a render's order are orders, and stand in the API's description."""

from __future__ import annotations

import pytest
from pydantic.config import JsonDict

from services.gateway.domain.refusal import Refusal
from services.gateway.domain.render_order import EXAMPLES, RenderOrder, outputs_wanted, rate_of
from shared.contracts.time import fraction


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_an_order_that_can_be_made(example: JsonDict) -> None:
    order = RenderOrder.model_validate(example)
    wanted = outputs_wanted(order)
    assert len(wanted) == max(1, len(order.outputs))
    assert any(output.hls for output in wanted) is ("hls" in str(example))


def test_the_examples_stand_in_the_schema() -> None:
    assert RenderOrder.model_json_schema()["examples"] == EXAMPLES


def test_rates_are_told_without_powers_of_ten_which_may_take_for_ever_to_read() -> None:
    assert rate_of("30000/1001") == rate_of(29.97) == "30000/1001"
    with pytest.raises(Refusal):
        rate_of("3e1")
    with pytest.raises(ValueError, match="not a fraction"):
        fraction("1e999999999")
