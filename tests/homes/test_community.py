from __future__ import annotations

import numpy as np

from jiran.homes.community import metered_community, modelled_community
from jiran.scenario.data import MeteredHome
from strategies import small


def community(**homes):
    return modelled_community(small(1, 1, homes=homes))


def test_homes_of_groups_are_named_and_counted_by_kind():
    groups = [{"kind": "solar", "count": 2}, {"kind": "ev"}, {"kind": "solar"}, {"kind": "hybrid"}, {"kind": "normal"}]
    homes = community(groups=groups)
    assert homes.ids == ("S1", "S2", "E1", "S3", "H1", "N1")
    assert homes.kinds == ("solar", "solar", "ev", "solar", "hybrid", "normal")


def test_single_homes_come_last_and_keep_their_names():
    homes = community(groups=[{"kind": "normal"}], single=[{"id": "Aminah", "kind": "solar"}])
    assert homes.ids == ("N1", "Aminah")


def test_a_home_has_only_what_its_kind_has():
    homes = community(groups=[{"kind": kind} for kind in ("solar", "ev", "hybrid", "normal")])
    assert homes.pv_kwp.tolist() == [5, 0, 5, 0]
    assert homes.ev_kw.tolist() == [0, 3.3, 3.3, 0]
    assert homes.load_high_kw.tolist() == [0.8] * 4


def test_a_home_s_own_values_stand_above_the_community_s_and_0_is_a_value():
    own = {
        "kind": "hybrid",
        "pv_kwp": 0,
        "ev_kw": 7,
        "load_low_kw": 0,
        "load_high_kw": 2,
        "evening_factor": 0,
        "ev_blocks": [],
    }
    homes = community(groups=[own, {"kind": "hybrid"}])
    assert homes.pv_kwp.tolist() == [0, 5]
    assert homes.ev_kw.tolist() == [7, 3.3]
    assert homes.load_low_kw.tolist() == [0, 0.15]
    assert homes.evening_factor.tolist() == [0, 1.5]
    assert [len(blocks) for blocks in homes.ev_blocks] == [0, 3]


def test_what_meters_show_tells_a_home_s_kind():
    generation, ev = np.array([[0, 1, 0, 2.0]]), np.array([[0, 0, 3, 4.0]])
    homes = metered_community(("a", "b", "c", "d"), generation, ev, np.zeros(4, bool), [MeteredHome()] * 4)
    assert homes.kinds == ("normal", "solar", "ev", "hybrid")
    assert homes.size == 4


def test_of_a_home_of_which_only_import_and_export_are_known_the_export_alone_tells_its_kind():
    export, ev = np.array([[0, 1, 0, 2.0]]), np.zeros((1, 4))
    homes = metered_community(
        ("a", "b", "c", "d"), export, ev, np.array([True, True, False, False]), [MeteredHome()] * 4
    )
    assert homes.kinds == ("consumer", "prosumer", "normal", "solar")
    assert homes.net_metered.tolist() == [True, True, False, False]
