"""Switches that turn the check of certificates off, outside of Python."""

from __future__ import annotations

from prodify.api import query

_SCRIPTS = ("javascript", "typescript", "tsx")
UNVERIFIED = (
    *(
        query(language, {"kind": "pair", "all": [
            {"has": {"field": "key", "regex": "^[\"']?rejectUnauthorized[\"']?$"}}, {"has": {"field": "value", "regex": "^false$"}}],
            "not": {"inside": {"kind": "pair", "stopBy": "end", "has": {"field": "key", "regex": r"(?i)ssl|database|dialectOptions"}}}},
            keywords=("rejectUnauthorized",))
        for language in _SCRIPTS
    ),
    *(
        query(language, {"kind": "assignment_expression", "regex": r"^process\.env(\.|\[.)NODE_TLS_REJECT_UNAUTHORIZED.*=\s*[\"']?0"},
              keywords=("NODE_TLS_REJECT_UNAUTHORIZED",))
        for language in _SCRIPTS
    ),
    query("go", {"kind": "keyed_element", "regex": r"^InsecureSkipVerify\s*:\s*true$"}, keywords=("InsecureSkipVerify",)),
    query("go", {"kind": "assignment_statement", "regex": r"\.InsecureSkipVerify\s*=\s*true$"}, keywords=("InsecureSkipVerify",)),
    query("java", {"any": [
        {"kind": "field_access", "regex": r"^(\w+\.)*(NoopHostnameVerifier\.INSTANCE|InsecureTrustManagerFactory\.INSTANCE)$"},
        {"kind": "lambda_expression", "regex": r"(?s)->\s*(true|\{\s*return true;\s*\})$", "inside": {"kind": "argument_list", "inside": {
            "kind": "method_invocation", "regex": r"(?s)^[\w.()\s]*(setDefaultHostnameVerifier|setHostnameVerifier"
                                                  r"|setSSLHostnameVerifier|hostnameVerifier)\("}}},
        {"kind": "method_declaration", "regex": r"(?s)checkServerTrusted\([^)]*\)[^{]*\{\s*\}$"},
    ]}, keywords=("NoopHostnameVerifier", "InsecureTrustManagerFactory", "ostnameVerifier", "checkServerTrusted")),
    query("kotlin", {"any": [
        {"kind": "call_expression", "regex": r"(?s)^[\w.()]*hostnameVerifier\s*\(?\s*\{\s*\w+\s*,\s*\w+\s*->\s*true\s*\}\s*\)?$"},
        {"kind": "function_declaration", "regex": r"(?s)checkServerTrusted\([^)]*\)[^{]*(\{\s*\}|=\s*Unit)$"},
    ]}, keywords=("hostnameVerifier", "checkServerTrusted")),
    query("php", {"kind": "array_element_initializer", "regex": r"^['\"]verify(_peer)?['\"]\s*=>\s*false$"}, keywords=("verify",)),
    query("php", {"kind": "function_call_expression", "regex": r"^curl_setopt\([^,]+,\s*CURLOPT_SSL_VERIFY(PEER|HOST)\s*,\s*(false"
                                                               r"|0)\s*\)$"},
          keywords=("CURLOPT_SSL_VERIFY",)),
    query("php", {"kind": "scoped_call_expression", "regex": r"^Http::withoutVerifying\("}, keywords=("withoutVerifying",)),
    query("ruby", {"kind": "pair", "regex": r"^(:?verify(_ssl)?\s*(:|=>)\s*false)$", "inside": {"stopBy": "end", "kind": "call", "regex":
          r"^(HTTParty|RestClient|Faraday|HTTP|Excon)\b"}}, keywords=("verify",)),
    query("ruby", {"kind": "scope_resolution", "regex": r"^OpenSSL::SSL::VERIFY_NONE$"}, keywords=("VERIFY_NONE",)),
    query("rust", {"kind": "call_expression", "regex": r"(?s)\.danger_accept_invalid_certs\(\s*true\s*\)$"},
          keywords=("danger_accept_invalid_certs",)),
    query("csharp", {"kind": "member_access_expression", "regex": r"\.DangerousAcceptAnyServerCertificateValidator$"},
          keywords=("DangerousAcceptAnyServerCertificateValidator",)),
    query("csharp", {"kind": "lambda_expression", "regex": r"=>\s*(true|\{\s*return true;\s*\})$", "inside": {
        "kind": "assignment_expression", "stopBy": "end", "regex": r"^[\w.]*Server(Certificate)?(Custom)?(Certificate)?Validation"}},
          keywords=("ValidationCallback",)),
)  # fmt: skip
"""A database's own certificate is left out: hosted databases sign theirs themselves, and their manuals say so."""
