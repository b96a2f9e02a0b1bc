"""Indicators of a month out of an export, by SQL alone: what an analyst would write, and no line of socai.

    socai export LEDGER --format parquet --out DIR
    python3 indicators.py DIR 2023-01-01 2023-02-08 tet-quy-mao-2023

Prints {"size", "root", "indicators": {code: value}, "figures": {code: value}}: what the queries give, and what the table `figures`
of the same export says for a period of these days. Needs `duckdb` only.
"""

import json
import sys

import duckdb

# From 1 January for the budget, the asked days for events, the occasion for gifts: as the rows of the indicators say.
QUERIES = {
    "NS.01": "select sum(data.amount) from {budget.revenue_posted} where counts and data.fiscal_year = year($to)"
    " and occurred_on between date_trunc('year', $to) and $to",
    "NS.02": "select sum(data.amount) from {budget.expenditure_posted} where counts and data.fiscal_year = year($to)"
    " and occurred_on between date_trunc('year', $to) and $to",
    "DT.01": "select sum(len(data.works)) from {project.accepted} where counts and data.kind = 'completion'"
    " and occurred_on between $from and $to",
    "GP.01": "select count(distinct (data.project, data.plan, data.round)) from {clearance.stage_reached}"
    " where counts and data.stage = 'draft_passed' and occurred_on between $from and $to",
    "TT.01": "select count(*) from {penalty.decided} where counts and data.field in ('urban_order', 'traffic_order')"
    " and occurred_on between $from and $to",
    "TT.02": "select sum(data.total) from {penalty.decided} where counts and data.field in ('urban_order', 'traffic_order')"
    " and occurred_on between $from and $to",
    "AS.01": "select sum(data.quantity - data.returned) from {gift.delivered} where counts and data.occasion = $occasion",
    "AS.02": "select sum(data.amount) from {gift.delivered} where counts and data.occasion = $occasion",
    "AS.03": "select count(distinct data.source) from {gift.delivered} where counts and data.occasion = $occasion",
    "YT.01": "select count(*) from {inspection.conducted} where counts and data.field = 'food_safety'"
    " and occurred_on between $from and $to",
    "YT.03": "select sum(data.total) from {penalty.decided} where counts and data.field = 'food_safety'"
    " and occurred_on between $from and $to",
    "YT.06": "select sum(data.visits) from {health.visits_reported} where counts and data.kind = 'curative'"
    " and occurred_on between $from and $to",
}


def main(directory, first, last, occasion):
    database = duckdb.connect()

    def ask(query, **values):
        while "{" in query:
            kind = query[query.index("{") + 1 : query.index("}")]
            query = query.replace("{" + kind + "}", f"read_parquet('{directory}/facts/{kind}/*/*.parquet')")
        used = {name: value for name, value in values.items() if f"${name}" in query}
        query = query.replace("$from", "$from::date").replace("$to", "$to::date")
        return database.execute(query, used).fetchall()

    values = {"from": first, "to": last, "occasion": occasion}
    indicators = {code: int(ask(query, **values)[0][0]) for code, query in QUERIES.items()}
    figures = database.execute(
        f"""select indicator, value from read_parquet('{directory}/figures/*/*.parquet')
            where "from" = $from::date and "to" = $to::date and dimension = 'all'""",
        {"from": first, "to": last},
    ).fetchall()
    told = database.execute(
        f"""select distinct key::varchar, value::varchar from parquet_kv_metadata('{directory}/**/*.parquet')
            where key::varchar in ('socai.size', 'socai.root')"""
    ).fetchall()
    bound = dict(told)
    if len(told) != 2:
        sys.exit(f"the files are not of one tree: {told}")
    rows = database.execute(
        f"select count(*), count(distinct leaf) from read_parquet('{directory}/entries/*/*.parquet')"
    ).fetchone()
    print(
        json.dumps(
            {
                "size": int(bound["socai.size"]),
                "root": bound["socai.root"],
                "entries": rows,
                "indicators": indicators,
                "figures": dict(figures),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
