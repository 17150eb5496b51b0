"""Model providers and vector stores."""

from __future__ import annotations

from prodify.inventory.secrets.rule import Rule, near

RULES = (
    Rule("openai-project-key", "OpenAI project key", ("sk-proj-", "sk-svcacct-", "sk-admin-"), r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200}", 3.5,
         yes=("sk-proj-|{b64u*58}T3BlbkFJ{b64u*58}", "sk-svcacct-|{b64u*74}T3BlbkFJ{b64u*74}"), no=("sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sk-proj-{b62*8}")),
    Rule("openai-key", "OpenAI key", ("t3blbkfj",), r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}", 3.5,
         yes=("sk-|{b62*20}T3BlbkFJ{b62*20}", "api_key='sk-|{b62*20}T3BlbkFJ{b62*20}'"), no=("sk-{b62*20}T3BlbkFJ", "sk-xxxxxxxxxxxxxxxxxxxxT3BlbkFJxxxxxxxxxxxxxxxxxxxx")),
    Rule("anthropic-key", "Anthropic key", ("sk-ant-",), r"sk-ant-(?:api|admin|oat|ort)\d{2}-[A-Za-z0-9_-]{80,120}", 3.5,
         yes=("sk-ant-api03-|{b64u*93}AA", "sk-ant-admin01-|{b64u*93}AA"), no=("sk-ant-api03-...", "sk-ant-your-key-here")),
    Rule("sk-key", "Key of a model provider (sk-)", ("sk-",), r"sk-[A-Za-z0-9]{32,64}", 3.3, structure="mixed",
         yes=("sk-|{b62*48}", "sk-|{hex*32}"), no=("sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "risk-assessmentofthewholeproductionenvironment")),
    Rule("groq-key", "Groq key", ("gsk_",), r"gsk_[A-Za-z0-9]{48,56}", 3.5, yes=("gsk_|{b62*52}", "GROQ_API_KEY=gsk_|{b62*52}"), no=("gsk_{b62*12}", "gsk_your_api_key_here")),
    Rule("huggingface-token", "Hugging Face token", ("hf_", "api_org_"), r"(?:hf_|api_org_)[A-Za-z]{34,40}", 3.3, yes=("hf_|{abc*34}", "api_org_|{abc*34}"), no=("hf_hub_download", "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("replicate-token", "Replicate token", ("r8_",), r"r8_[A-Za-z0-9]{37,40}", 3.5, yes=("r8_|{b62*37}", "r8_|{b62*40}"), no=("r8_{b62*12}", "r8_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("perplexity-key", "Perplexity key", ("pplx-",), r"pplx-[A-Za-z0-9]{48,56}", 3.5, yes=("pplx-|{b62*48}", "pplx-|{b62*56}"), no=("pplx-{b62*7}", "pplx-7b-online")),
    Rule("xai-key", "xAI key", ("xai-",), r"xai-[A-Za-z0-9]{70,90}", 3.5, yes=("xai-|{b62*80}", "XAI_API_KEY=xai-|{b62*80}"), no=("xai-{b62*10}", "xai-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("cohere-key", "Cohere key", ("cohere", "co_api"), near(r"cohere|co_api", r"[A-Za-z0-9]{40}"), 3.5, near=True, structure="mixed",
         yes=("COHERE_API_KEY=|{b62*40}", "cohere_key = '|{b62*40}'"), no=("COHERE_API_KEY=your-key", "cohere = '{b62*12}'")),
    Rule("mistral-key", "Mistral key", ("mistral",), near(r"mistral", r"[A-Za-z0-9]{32}"), 3.5, near=True, structure="mixed",
         yes=("MISTRAL_API_KEY=|{b62*32}", "mistral_api_key: '|{b62*32}'"), no=("MISTRAL_MODEL=mistral-small-latest", "MISTRAL_API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("pinecone-key", "Pinecone key", ("pcsk_",), r"pcsk_[A-Za-z0-9]{5,8}_[A-Za-z0-9]{50,70}", 3.5, yes=("pcsk_|{b62*6}_{b62*63}", "pcsk_|{b62*5}_{b62*60}"), no=("pcsk_{b62*6}", "pcsk_xxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
    Rule("langsmith-key", "LangSmith key", ("lsv2_",), r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}", yes=("lsv2_pt_|{hex*32}_{hex*10}", "lsv2_sk_|{hex*32}_{hex*10}"), no=("lsv2_pt_{hex*8}", "lsv2_pt_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_xxxxxxxxxx")),
)
