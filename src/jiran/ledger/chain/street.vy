# pragma version 0.4.3
# pragma evm-version paris
"""
@title  The ledger of a street
@license MIT
@notice Keeps the hash of each day's head where its operator cannot change it any more, and what each account owes or is owed
        after each step. Never a trade: a step is one transaction, however many trades it had. No coin moves here.
"""

# Accounts of one settlement: the operator's, who keeps charges and what rounding leaves, and the homes'.
MOST: constant(uint256) = 1024

event Anchored:
    day: indexed(uint256)
    head: bytes32

event Settled:
    step: indexed(uint256)
    accounts: uint256

OPERATOR: public(immutable(address))

# How many days are anchored and steps settled, which is the number of the next one.
days: public(uint256)
steps: public(uint256)

# Hash of the head of each day, by its number in the ledger.
heads: public(HashMap[uint256, bytes32])

# What each account is owed, in millionths of the ledger's currency; below 0 it owes.
balances: public(HashMap[uint256, int256])


@deploy
def __init__():
    OPERATOR = msg.sender


@external
def anchor(day: uint256, head: bytes32, previous: bytes32):
    """
    @notice Keep the head of the next day.
    @param day Its number in the ledger, from 0.
    @param head SHA-256 of the head.
    @param previous What the head names as the one before it.
    """
    assert msg.sender == OPERATOR, "stranger"
    assert day == self.days, "replay or gap"
    assert head != empty(bytes32), "no head"
    if day > 0:
        assert previous == self.heads[day - 1], "not chained"
    self.heads[day] = head
    self.days = day + 1
    log Anchored(day=day, head=head)


@external
def settle(step: uint256, net: DynArray[int256, MOST]):
    """
    @notice Book what the next step's trades come to for each account.
    @param step Its number in the ledger, from 0.
    @param net By account: what it is owed less what it owes, in millionths; together 0.
    """
    assert msg.sender == OPERATOR, "stranger"
    assert step == self.steps, "replay or gap"
    total: int256 = 0
    account: uint256 = 0
    for amount: int256 in net:
        total += amount
        if amount != 0:
            self.balances[account] += amount
        account += 1
    assert total == 0, "not zero"
    self.steps = step + 1
    log Settled(step=step, accounts=account)
