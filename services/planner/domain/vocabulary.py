"""Lists of everyday words, as data."""

from __future__ import annotations


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP = _listed(
    """
    a about after again all also am an and any are as at back be because been before being but by
    can could did do does doing done down each even every few first for from get go going gonna good
    got had has have having he her here him his how i if in into is it its it's i'm just kind know
    last let like look make many me more most much my need new next no not now of off oh ok okay on
    one only or other our out over own people please put really right said same say see she should
    so some something still such take than that that's the their them then there these they thing
    things think this those through time to too two under until up us use very want was way we well
    were what when where which while who why will with would yeah yes you your aber als am an auch
    auf aus bei bin das dass dem den der des die du ein eine einen er es für haben hat hier ich ihr
    im ist ja kann man mit nach nicht noch nur oder schon sich sie sind so um und uns von war was
    wenn wie wir zu zum zur au avec ce cette dans de des du elle en est et il je la le les mais ne
    nous on ou par pas pour que qui se ses son sur tu un une vous al como con de del el en es esta
    este la las lo los me mi muy no para pero por que se si su un una y ya che di e gli ha il in la
    le ma mi non per più sono un una as com da de do e ele em eu mas na no não o os para por que se
    um uma
    """
)
"""Words that say little by themselves, in English and a few neighbours."""
NUMBERS = _listed(
    """
    two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred
    thousand million billion percent half double twice first second third
    """
)
"""Words that name a figure."""
ASKS = _listed(
    """
    what why how when where who which whose
    """
)
"""Words that begin a question."""
JOINERS = _listed(
    """
    and but or nor so because that which who when where while if then than as with without for from
    into in on at of to by about und aber oder dass weil mit et mais ou que qui avec y pero porque
    con e ma che per
    """
)
"""Words before which a line may well break."""
LEANERS = _listed(
    """
    a an the my your his her its our their der die das ein eine le la les un une el los las il lo
    """
)
"""Words that lean on the next one: no line ends with them."""
