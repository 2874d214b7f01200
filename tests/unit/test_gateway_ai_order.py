"""What an AI edit asks of the planner."""

from __future__ import annotations

from services.gateway.domain.ai_order import AiEditOrder

STORY = {"tone": "energetic", "key_message": "how we built it"}


def test_the_wishes_of_an_ingest_are_those_of_an_edit_of_several_films() -> None:
    order = AiEditOrder.model_validate(
        {"story_prompt": STORY, "template_name": "trailer", "edit": "not silence", "margin": 0.3, "seed": 4}
    )
    wishes = order.wishes()
    assert (wishes.template_name, wishes.edit, wishes.margin, wishes.seed) == ("trailer", "not silence", 0.3, 4)
    assert (wishes.pace, wishes.story) == ("fast", "how we built it")


def test_a_pace_that_is_named_goes_before_that_of_the_tone() -> None:
    assert AiEditOrder.model_validate({"story_prompt": STORY, "pace": "calm"}).wishes().pace == "calm"
