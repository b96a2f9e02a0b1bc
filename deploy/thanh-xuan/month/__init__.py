"""The reference month of quận Thanh Xuân, written as one JSONL file per publishing unit.

Only the printed totals are real. How they split over wards, days, groups and documents is invented here, once, by
seeded arithmetic: the same source gives the same bytes on every machine.
"""
