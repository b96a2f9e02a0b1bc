"""Seeded choices that do not depend on the Python version: every draw is a SHA-256 of its name and a counter."""

import hashlib

ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"  # no letters that are read as digits
TOKEN_LEN = 20


class Dice:
    """One stream of draws; two streams with different names never influence each other."""

    def __init__(self, name):
        self.name, self.count = name, 0

    def below(self, bound):
        """An integer in 0..bound."""
        digest = hashlib.sha256(f"thanh-xuan-2023-02/{self.name}/{self.count}".encode()).digest()
        self.count += 1
        return int.from_bytes(digest[:8], "big") % bound

    def between(self, low, high):
        """An integer in low..=high."""
        return low + self.below(high - low + 1)

    def pick(self, items):
        """One of `items`."""
        return items[self.below(len(items))]

    def shuffled(self, items):
        """A copy of `items` in drawn order."""
        items = list(items)
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
        return items

    def token(self):
        """An opaque token of the shape a unit's vault gives out."""
        return "".join(ALPHABET[self.below(len(ALPHABET))] for _ in range(TOKEN_LEN))


def split(total, weights):
    """`total` as integers in proportion to `weights`, summing exactly (largest remainders first)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def uneven(dice, total, count, low=60, high=140):
    """`total` in `count` positive parts that differ by chance, summing exactly."""
    return split(total, [dice.between(low, high) for _ in range(count)])
