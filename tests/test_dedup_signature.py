"""Our signatures are datasketch's, value for value; our candidates are those of its index."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.alike import alike
from pipeline.dedup import as_minhash, candidates, gram_hash, kernel, sign
from pipeline.dedup.compiled import Codes
from pipeline.dedup.fold import fold
from pipeline.dedup.signature import bands
from pipeline.records import Signature
from pipeline.rules.script import to_simplified
from tests.dedup_texts import misread, report


def stacked(signatures: list[Signature]) -> Codes:
    """Return the values of `signatures`, a row each."""
    return np.stack([np.frombuffer(one.values, "<u4") for one in signatures])


def by_datasketch(text: str) -> MinHash:
    """Return the signature as anyone can make it with datasketch and `gram_hash`."""
    letters = "".join(map(chr, fold(text).codes))
    sketch = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=gram_hash)
    sketch.update_batch([letters[i : i + 5] for i in range(len(letters) - 4)])
    return sketch


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_signature_equals_datasketch(text: str) -> None:
    values = np.frombuffer(sign("p", text).values, "<u4")
    assert np.array_equal(values, by_datasketch(text).hashvalues)


def test_signature_of_a_long_text_equals_datasketch() -> None:
    text = "\n".join(report(1, paragraphs=40))
    signature = sign("p", text)
    assert np.array_equal(as_minhash(signature).hashvalues, by_datasketch(text).hashvalues)
    assert signature.shingles == len(fold(text)) - 4


def test_signatures_go_into_datasketch_classes() -> None:
    text = report(2)
    one, other = (as_minhash(sign("p", "\n".join(t))) for t in (text, misread(text, 0.01)))
    assert one.jaccard(by_datasketch("\n".join(text))) == 1.0
    assert 0.6 < one.jaccard(other) < 1.0
    index = MinHashLSH(threshold=0.4, num_perm=128)
    index.insert("one", one)
    assert index.query(other) == ["one"]
    lean = LeanMinHash(one)
    assert lean.jaccard(other) == one.jaccard(other)


def test_signature_without_a_gram_is_that_of_the_empty_set() -> None:
    for text in ("", "……", "四个字。"[:3]):
        signature = sign("p", text)
        assert signature.shingles == 0
        assert as_minhash(signature).is_empty()


def test_candidates_are_those_of_datasketch() -> None:
    texts = ["\n".join(misread(report(n % 25), 0.02 * (n % 4), n)) for n in range(100)]
    signatures = [sign(str(n), text) for n, text in enumerate(texts)]
    index = MinHashLSH(num_perm=128, params=(32, 4))
    expected = set[tuple[int, int]]()
    for n, signature in enumerate(signatures):
        sketch = as_minhash(signature)
        expected |= {(other, n) for other in index.query(sketch)}
        index.insert(n, sketch)
    found = candidates.propose(stacked(signatures))
    assert {(i, j) for i, j in found.tolist()} == expected
    assert len(expected) > 100


def test_bands_are_those_of_the_index() -> None:
    assert bands() == [(start, start + 4) for start in range(0, 128, 4)]


def test_full_buckets_take_linear_pairs() -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, 2**32, 128, np.uint32)
    stacked = np.tile(values, (3000, 1))
    stacked[np.arange(3000), rng.integers(0, 128, 3000)] = 7  # nearly alike, none equal
    pairs = candidates.propose(stacked)
    assert len(pairs) <= 24 * 3000
    assert len(np.unique(pairs)) == 3000


def test_signatures_in_a_file_take_no_memory_and_give_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    values = rng.integers(0, 2**32, (20_000, 128), np.uint32)
    values[1::2, :64] = values[::2, :64]
    values[::500, 64:] = values[0, 64:]  # and forty pages in full buckets
    expected = candidates.propose(values)
    file = np.memmap(tmp_path / "values", np.uint32, "w+", shape=values.shape)
    file[:] = values
    file.flush()
    tracemalloc.start()
    found = candidates.propose(np.memmap(tmp_path / "values", np.uint32, "c", shape=values.shape))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(found, expected)
    assert len(found) > 10_000
    assert most < values.nbytes


def test_candidates_do_not_depend_on_how_texts_came() -> None:
    signatures = [sign(str(n), "\n".join(report(n % 5))) for n in range(20)]
    again = [Signature(s.page, s.values, s.shingles) for s in signatures]
    first, second = (candidates.propose(stacked(s)) for s in (signatures, again))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ　１２３", "abc123"),
        ("“统筹”、「協調」", "统筹协调"),
        ("3.15％，1,000元", "3.15" + "1000元"),
        ("3．15", "3.15"),
        ("第3.", "第3"),
        ("②5个", "②5个"),
        ("裏面\u200b與\ufeff後", "里面与后"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert "".join(map(chr, fold(text).codes)) == folded


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_fold_says_where_each_letter_stood(text: str) -> None:
    folded = fold(text)
    assert len(folded.offsets) == len(folded)
    assert list(folded.offsets) == sorted(set(folded.offsets.tolist()))
    again = fold("".join(map(chr, folded.codes)))
    assert again.codes.tolist() == folded.codes.tolist()


@given(st.text())
def test_to_simplified_keeps_the_length(text: str) -> None:
    assert len(to_simplified(text)) == len(text)
    assert to_simplified(to_simplified(text)) == to_simplified(text)


def test_the_star_of_a_full_bucket_is_its_own_first_page() -> None:
    values = np.random.default_rng(3).integers(0, 2**32, (60, 128), np.uint32)
    values[10:, :64] = values[10, :64]
    pairs = {tuple(pair) for pair in candidates.propose(values).tolist()}
    assert {(10, place) for place in range(11, 60)} <= pairs
    assert not any(0 in pair for pair in pairs)


HASHES = st.lists(st.integers(0, 60), max_size=40)


@given(HASHES, HASHES)
def test_shared_hashes_are_counted_however_they_lie(a: list[int], b: list[int]) -> None:
    x, y = (kernel.distinct(np.array(some, np.uint64)) for some in (a, b))
    assert x.tolist() == sorted(set(a))
    assert kernel.count_shared(x, y) == len(set(a) & set(b))


@given(HASHES)
def test_what_comes_again_is_sorted_by_key_and_place(keys: list[int]) -> None:
    # In the upper bits, and in the lowest: those give way to places, and are looked at after.
    hashes = np.array([(key // 2 << 58) | key % 2 for key in keys], np.uint64)
    found = alike(hashes).tolist()
    again = [n for n in range(len(keys)) if keys.count(keys[n]) > 1]
    assert found == sorted(found, key=lambda n: (keys[n], n))
    assert set(found) >= set(again)
