"""The tree: the reference roots of Certificate Transparency, and the RFC's own definition as an oracle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.ledger import tree
from plain_receipts import root_above, tree_path, tree_root

# The leaves and roots of the reference tests of Certificate Transparency (google/certificate-transparency,
# merkletree/merkle_tree_test.cc), whose tree is that of RFC 6962 and 9162.
LEAVES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size):
    assert tree.root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize("size", range(1, 70))
def test_roots_and_paths_are_those_of_the_definition(size):
    records = [bytes([n, n]) for n in range(size)]
    levels = tree.levels(records)
    root = levels[-1][0]
    assert root == tree.root(records) == tree_root(records)
    for index in range(size):
        path = tree.path(levels, index)
        assert path == tree_path(index, records)
        assert tree.climbed(records[index], index, size, path) == root == root_above(records[index], index, size, path)


@given(st.integers(1, 40), st.data())
def test_no_other_record_place_or_path_leads_to_the_root(size, data):
    records = [bytes([n]) for n in range(size)]
    levels = tree.levels(records)
    root, index = levels[-1][0], data.draw(st.integers(0, size - 1))
    path = tree.path(levels, index)
    other = data.draw(st.integers(-2, size + 2).filter(lambda n: n != index))
    assert tree.climbed(records[index], other, size, path) != root
    assert tree.climbed(records[index] + b"x", index, size, path) != root
    assert tree.climbed(records[index], index, size, [*path, root]) != root
    for cut in range(len(path)):
        assert tree.climbed(records[index], index, size, path[:cut] + path[cut + 1 :]) != root


def test_the_hash_of_two_is_not_the_hash_of_a_record_that_looks_like_them():
    inside = tree.levels([b"a", b"b"])[0]
    assert tree.root([b"".join(inside)]) != tree.root([b"a", b"b"])
