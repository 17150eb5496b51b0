"""Mail, chat and telephony."""

from __future__ import annotations

from prodify.inventory.secrets.rule import Rule, near

RULES = (
    Rule("slack-token", "Slack token", ("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe."), r"xox(?:[bpars]|e(?:\.xox[bp])?)-[0-9A-Za-z]{1,14}-[0-9A-Za-z-]{20,250}", 3.0, structure="mixed", yes=("xoxb-|{dig*12}-{dig*13}-{b62*24}", "xoxp-|{dig*11}-{dig*11}-{dig*12}-{hex*32}"), no=("xoxb-your-token", "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("slack-app-token", "Slack app token", ("xapp-",), r"xapp-\d-[A-Z0-9]{9,12}-\d{10,13}-[0-9a-f]{64}", yes=("xapp-1-|{UP*11}-{dig*13}-{hex*64}", "xapp-1-|{UP*9}-{dig*13}-{hex*64}"), no=("xapp-1-A", "xapp-your-token")),
    Rule("slack-webhook", "Slack webhook", ("hooks.slack.com",), r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Z][A-Za-z0-9]{8,12}/[A-Za-z0-9]{8,14}/([A-Za-z0-9]{24,48})", 3.3, yes=("https://hooks.slack.com/services/|T{UP*10}/B{UP*10}/{b62*24}", "hooks.slack.com/services/|T{UP*8}/B{UP*8}/{b62*24}"), no=("https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", "https://hooks.slack.com/services/T/B/X")),
    Rule("discord-token", "Discord bot token", ("m", "n", "o"), r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}", 3.5, structure="discord", yes=("{discord}.|{b64u*6}.{b64u*38}", "TOKEN = '{discord}.|{b64u*6}.{b64u*27}'"), no=("M{b62*24}.{b62*6}.{b62*38}", "MTxxxxxxxxxxxxxxxxxxxxxx.xxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("discord-webhook", "Discord webhook", ("/api/webhooks/",), r"discord(?:app)?\.com/api/webhooks/\d{17,20}/([A-Za-z0-9_-]{60,80})", 3.5, yes=("https://discord.com/api/webhooks/|{dig*18}/{b64u*68}", "https://discordapp.com/api/webhooks/|{dig*19}/{b64u*68}"), no=("https://discord.com/api/webhooks/123/abc", "https://discord.com/api/webhooks/{dig*18}/xxxx")),
    Rule("telegram-token", "Telegram bot token", ("aa",), r"\d{8,10}:AA[A-Za-z0-9_-]{33}", 3.5, structure="telegram", yes=("9|{dig*8}:AA{b62*33}", "TELEGRAM_TOKEN=5|{dig*9}:AA{b62*33}"), no=("123456789:AA", "12:30:AAxx")),
    Rule("sendgrid-key", "SendGrid key", ("sg.",), r"SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}", 3.5, yes=("SG.|{b62*22}.{b62*43}", "SENDGRID_API_KEY=SG.|{b62*22}.{b64u*42}z"), no=("SG.xxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "SG.{b62*9}")),
    Rule("mailgun-key", "Mailgun key", ("key-", "mailgun"), r"key-[0-9a-f]{32}", 3.0, structure="mixed", yes=("key-|{hex*32}", "MAILGUN_API_KEY=key-|{hex*32}"), no=("key-{hex*9}", "key-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("mailchimp-key", "Mailchimp key", ("-us",), r"[0-9a-f]{32}-us\d{1,2}", 3.0, structure="mixed", yes=("|{hex*32}-us14", "MAILCHIMP_API_KEY=|{hex*32}-us6"), no=("{hex*10}-us14", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-us1")),
    Rule("brevo-key", "Brevo key", ("xkeysib-", "xsmtpsib-"), r"x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}", yes=("xkeysib-|{hex*64}-{b62*16}", "xsmtpsib-|{hex*64}-{b62*16}"), no=("xkeysib-{hex*9}", "xkeysib-xxx")),
    Rule("resend-key", "Resend key", ("re_",), r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", 3.5, structure="mixed", yes=("re_|{b62*8}_{b62*24}", "RESEND_API_KEY=re_|{b62*8}_{b62*24}"), no=("re_compiled_expressions_everywhere", "re_xxxxxxxx_xxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("twilio-key", "Twilio API key", ("sk",), r"SK[0-9a-f]{32}", 3.0, structure="mixed", yes=("SK|{hex*32}", "twilio_sid = 'SK|{hex*32}'"), no=("SK{hex*9}", "SKxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("twilio-auth-token", "Twilio auth token", ("twilio",), near(r"twilio[\w.-]{0,20}(?:token|secret|auth)", r"[0-9a-f]{32}"), 3.0, near=True, structure="mixed", yes=("TWILIO_AUTH_TOKEN=|{hex*32}", "twilio_token = '|{hex*32}'"), no=("TWILIO_AUTH_TOKEN=your_auth_token", "TWILIO_ACCOUNT_SID=AC{hex*32}")),
    Rule("twitter-bearer-token", "X bearer token", ("aaaaaaaaaaaaaaaaaaaaa",), r"A{21}([A-Za-z0-9%]{60,110})", 3.5, yes=("AAAAAAAAAAAAAAAAAAAAA|{b62*60}", "Bearer AAAAAAAAAAAAAAAAAAAAA|{b62*91}"), no=("AAAAAAAAAAAAAAAAAAAAAxxxx", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
    Rule("facebook-token", "Facebook access token", ("eaac", "eaab", "eaa"), r"EAA[A-Z][A-Za-z0-9]{90,250}", 3.5, yes=("EAAC|{b62*150}", "EAAB|{b62*180}"), no=("EAAC{b62*20}", "EAACEdEose0cBA")),
    Rule("line-token", "LINE channel token", ("line",), near(r"line[\w.-]{0,20}token", r"[A-Za-z0-9+/]{160,180}={0,2}"), 4.0, near=True, yes=("LINE_CHANNEL_ACCESS_TOKEN=|{b64*171}=", "line_token='|{b64*172}'"), no=("LINE_TOKEN=xxx", "line token: {b62*20}")),
)
