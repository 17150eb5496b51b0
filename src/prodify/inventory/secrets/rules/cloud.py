"""Clouds and hosting platforms."""

from __future__ import annotations

from prodify.inventory.secrets.rule import Rule, near

RULES = (
    Rule("aws-access-key-id", "AWS access key id", ("akia", "asia", "abia", "acca"), r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", 3.0, structure="aws-access-key",
         yes=("AKIA|{b32*16}", "aws_access_key_id = AKIA|{b32*16}"), no=("AKIAIOSFODNN7EXAMPLE", "AKIA{b32*8}")),
    Rule("aws-secret-access-key", "AWS secret access key", ("aws", "secret"), near(r"aws[\w.-]{0,20}(?:secret|key)|secret_?access_?key", r"[A-Za-z0-9/+]{40}"), 4.0, near=True, structure="mixed",
         yes=("aws_secret_access_key = |{b64*40}", 'AWS_SECRET_KEY: "|{b64*40}"'), no=("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AWS_SECRET_ACCESS_KEY=$SECRET")),
    Rule("aws-bedrock-key", "Amazon Bedrock key", ("absk",), r"ABSK[A-Za-z0-9+/]{109,269}={0,2}", 3.5, window=600, yes=("ABSK|{b64*128}", "ABSK|{b64*120}=="), no=("ABSK{b64*20}", "absk{low*120}")),
    Rule("google-api-key", "Google API key", ("aiza",), r"AIza[A-Za-z0-9_-]{35}", 3.5, browser=True,
         yes=("AIza|{b64u*34}Q", "key=AIza|{b64u*34}8"), no=("AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "AIza{b62*12}")),
    Rule("google-oauth-secret", "Google OAuth client secret", ("gocspx-",), r"GOCSPX-[A-Za-z0-9_-]{28}", yes=("GOCSPX-|{b62*28}", "client_secret=GOCSPX-|{b62*28}"), no=("GOCSPX-{b62*9}", "GOCSPX-xxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("google-oauth-token", "Google OAuth access token", ("ya29.",), r"ya29\.[A-Za-z0-9_-]{60,250}", 3.5, yes=("ya29.|{b64u*120}", "Bearer ya29.|{b64u*90}"), no=("ya29.{b62*10}", "ya29.example")),
    Rule("azure-storage-key", "Azure storage account key", ("accountkey", "account_key"), r"(?i:account_?key)[\"']?\s{0,3}[=:]\s{0,3}[\"']?([A-Za-z0-9+/]{86}==)", 4.0, near=True,
         yes=("AccountKey=|{b64*86}==;", "account_key: '|{b64*86}=='"), no=("AccountKey=<key>", "AccountKey={b64*20}==")),
    Rule("azure-openai-key", "Azure AI key", ("jqqj99", "azure"), r"[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}", 3.5, yes=("|{b62*52}JQQJ99{b62*26}", "key='|{b62*52}JQQJ99{b62*26}'"), no=("{b62*12}JQQJ99{b62*26}", "JQQJ99")),
    Rule("azure-client-secret", "Azure application secret", ("8q~", "7q~"), r"[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}", 3.5, yes=("|{b62*3}8Q~{b62*34}", "client_secret=|{b62*3}7Q~{b62*31}"), no=("8Q~{b62*8}", "abc8Q~xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("digitalocean-token", "DigitalOcean token", ("dop_v1_", "doo_v1_", "dor_v1_"), r"do[opr]_v1_[0-9a-f]{64}", yes=("dop_v1_|{hex*64}", "dor_v1_|{hex*64}"), no=("dop_v1_{hex*10}", "dop_v1_xxxxxxxx")),
    Rule("heroku-key", "Heroku API key", ("hrku-",), r"HRKU-[A-Za-z0-9_-]{36,70}", yes=("HRKU-AA|{b62*58}", "HRKU-|{hex*8}-{hex*4}-{hex*4}-{hex*4}-{hex*12}"), no=("HRKU-{b62*9}", "hrku-x")),
    Rule("heroku-legacy-key", "Heroku API key", ("heroku",), near(r"heroku[\w.-]{0,20}(?:key|token|auth)", r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), 3.0, near=True,
         yes=("HEROKU_API_KEY=|{hex*8}-{hex*4}-{hex*4}-{hex*4}-{hex*12}", 'heroku_auth_token: "|{hex*8}-{hex*4}-{hex*4}-{hex*4}-{hex*12}"'), no=("HEROKU_APP_ID={hex*8}-{hex*4}-{hex*4}-{hex*4}-{hex*12}", "HEROKU_API_KEY=$KEY")),
    Rule("cloudflare-token", "Cloudflare API token", ("cloudflare", "cf_api"), near(r"(?:cloudflare|cf_api)[\w.-]{0,20}(?:token|key)?", r"[A-Za-z0-9_-]{40}|[0-9a-f]{37}"), 3.5, near=True, structure="mixed",
         yes=("CLOUDFLARE_API_TOKEN=|{b64u*38}4A", "CF_API_KEY=|{hex*37}"), no=("CLOUDFLARE_API_TOKEN=your-token", "cloudflare: {b62*9}")),
    Rule("vercel-token", "Vercel token", ("vercel",), near(r"vercel[\w.-]{0,20}token", r"[A-Za-z0-9]{24}"), 3.5, near=True, structure="mixed", yes=("VERCEL_TOKEN=|{b62*24}", "vercel_token: '|{b62*24}'"), no=("VERCEL_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxx", "vercel_url={b62*24}.example")),
    Rule("flyio-token", "Fly.io token", ("fo1_", "fm2_", "fm1"), r"(?:fo1_[A-Za-z0-9_-]{43}|fm[12][ar]?_[A-Za-z0-9+/]{90,600})", 3.5, window=700, yes=("fo1_|{b62*43}", "fm2_|{b64*200}"), no=("fo1_{b62*9}", "fm2_short")),
    Rule("netlify-token", "Netlify token", ("nfp_",), r"nfp_[A-Za-z0-9]{36}", yes=("nfp_|{b62*36}", "NETLIFY_AUTH_TOKEN=nfp_|{b62*36}"), no=("nfp_{b62*9}", "nfp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("render-key", "Render API key", ("rnd_",), r"rnd_[A-Za-z0-9]{28,36}", 3.3, structure="mixed", yes=("rnd_|{b62*28}", "rnd_|{b62*32}"), no=("rnd_{b62*8}", "rnd_state_of_the_generator")),
    Rule("alibaba-access-key", "Alibaba Cloud access key", ("ltai",), r"LTAI[A-Za-z0-9]{17,21}", 3.3, structure="mixed", yes=("LTAI|{b62*20}", "LTAI5t|{b62*18}"), no=("LTAI{b62*5}", "LTAIxxxxxxxxxxxxxxxxxxxx")),
)
