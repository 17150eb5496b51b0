"""Databases, observability and everyday services."""

from __future__ import annotations

from prodify.inventory.secrets.rule import Rule, near

RULES = (
    Rule("supabase-secret-key", "Supabase secret key", ("sb_secret_", "sbp_"), r"(?:sb_secret_[A-Za-z0-9_-]{22,40}|sbp_[0-9a-f]{40})", 3.0, yes=("sb_secret_|{b62*22}_{b62*8}", "sbp_|{hex*40}"), no=("sb_publishable_{b62*22}", "sbp_{hex*9}")),
    Rule("neon-key", "Neon key", ("napi_",), r"napi_[a-z0-9]{48,70}", yes=("napi_|{low*64}", "NEON_API_KEY=napi_|{low*48}"), no=("napi_{low*9}", "napi_status")),
    Rule("planetscale-token", "PlanetScale token", ("pscale_",), r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}", yes=("pscale_tkn_|{b62*43}", "pscale_pw_|{b62*43}"), no=("pscale_tkn_{b62*5}", "pscale_pw_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("databricks-token", "Databricks token", ("dapi",), r"dapi[0-9a-f]{32}(?:-\d)?", yes=("dapi|{hex*32}", "dapi|{hex*32}-2"), no=("dapi{hex*9}", "dapixxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("datadog-key", "Datadog key", ("datadog", "dd_a"), near(r"(?:datadog|dd_(?:api|app))[\w.-]{0,20}key", r"[0-9a-f]{40}|[0-9a-f]{32}"), 3.0, near=True, structure="mixed", yes=("DD_API_KEY=|{hex*32}", "datadog_app_key: '|{hex*40}'"), no=("DD_API_KEY=<key>", "DD_SITE=datadoghq.eu")),
    Rule("sentry-token", "Sentry token", ("sntrys_", "sntryu_"), r"(?:sntryu_[0-9a-f]{64}|sntrys_eyJ[A-Za-z0-9+/=_-]{60,400})", 3.0, yes=("sntryu_|{hex*64}", "sntrys_eyJ|{b64*140}"), no=("sntryu_{hex*9}", "sntrys_x")),
    Rule("newrelic-key", "New Relic key", ("nrak-", "nrii-", "nral", "nraa-"), r"(?:NRAK-[A-Z0-9]{27}|NRII-[A-Za-z0-9-]{32}|[0-9a-f]{36,40}NRAL)", 3.0, yes=("NRAK-|{UP*27}", "|{hex*36}NRAL"), no=("NRAK-{UP*9}", "NRJS-{hex*19}")),
    Rule("grafana-token", "Grafana token", ("glsa_", "glc_"), r"(?:glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_eyJ[A-Za-z0-9+/=]{60,400})", 3.0, yes=("glsa_|{b62*32}_{hex*8}", "glc_eyJ|{b64*100}"), no=("glsa_{b62*9}", "glc_color")),
    Rule("honeycomb-key", "Honeycomb key", ("hcaik_", "hcaic_", "hcalk_"), r"hca[il][kc]_[a-z0-9]{26,60}", yes=("hcaik_|{low*58}", "hcalk_|{low*58}"), no=("hcaik_{low*8}", "hcaik_")),
    Rule("notion-token", "Notion token", ("ntn_", "secret_"), r"(?:ntn_[A-Za-z0-9]{46}|secret_[A-Za-z0-9]{43})", 3.5, structure="mixed", yes=("ntn_|{b62*46}", "NOTION_KEY=secret_|{b62*43}"), no=("secret_key_for_everything", "ntn_{b62*9}")),
    Rule("airtable-token", "Airtable token", ("pat",), r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}", 3.0, yes=("pat|{b62*14}.{hex*64}", "AIRTABLE_TOKEN=pat|{b62*14}.{hex*64}"), no=("path.{hex*64}", "pat{b62*14}.{hex*9}")),
    Rule("mapbox-secret-token", "Mapbox secret token", ("sk.eyj",), r"sk\.eyJ[A-Za-z0-9_-]{60,120}\.[A-Za-z0-9_-]{20,24}", 3.5, yes=("sk.eyJ|{b64u*80}.{b62*22}", "token='sk.eyJ|{b64u*70}.{b62*22}'"), no=("pk.eyJ{b62*80}.{b62*22}", "sk.eyJ{b62*9}")),
    Rule("algolia-admin-key", "Algolia admin key", ("algolia",), near(r"algolia[\w.-]{0,20}(?:admin|secret|write|api)[\w.-]{0,8}", r"[0-9a-f]{32}"), 3.0, near=True, structure="mixed", yes=("ALGOLIA_ADMIN_KEY=|{hex*32}", "algolia_api_key='|{hex*32}'"), no=("ALGOLIA_APP_ID={UP*10}", "ALGOLIA_ADMIN_KEY=xxx")),
    Rule("doppler-token", "Doppler token", ("dp.pt.", "dp.st.", "dp.sa.", "dp.ct."), r"dp\.(?:pt|st(?:\.[a-z0-9_-]{2,35})?|sa|ct|scim|audit)\.[A-Za-z0-9]{40,44}", yes=("dp.pt.|{b62*43}", "dp.st.prod.|{b62*40}"), no=("dp.pt.{b62*9}", "dp.st.x")),
    Rule("yelp-key", "Yelp Fusion key", ("yelp",), near(r"yelp[\w.-]{0,20}(?:key|token|api)[\w.-]{0,6}", r"[A-Za-z0-9_-]{128}"), 4.0, near=True, yes=("YELP_API_KEY=|{b64u*127}x", "yelp_key = '|{b64u*127}y'"), no=("YELP_API_KEY=xxx", "yelp_key={b62*9}")),
)
