"""Private keys and tokens that belong to no vendor."""

from __future__ import annotations

from prodify.inventory.secrets.rule import FRAMEWORK, PRIVATE_KEY, Rule

RULES = (
    Rule(
        "private-key",
        "Private key",
        ("private key-----", "private key block-----"),
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
        0.0,
        category=PRIVATE_KEY,
        yes=(
            "-----BEGIN RSA| PRIVATE KEY-----\\n{b64*64}\\n{b64*64}\\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN| PRIVATE KEY-----\n{b64*64}\n{b64*40}\n",
        ),
        no=("-----BEGIN PUBLIC KEY-----\n{b64*64}\n", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"),
    ),
    Rule(
        "putty-private-key",
        "Private key (PuTTY, not encrypted)",
        ("putty-user-key-file",),
        r"PuTTY-User-Key-File-[23]: [\w-]{3,40}\r?\nEncryption: none",
        0.0,
        category=PRIVATE_KEY,
        yes=("PuTTY-User-Key-File-2:| ssh-rsa\nEncryption: none\nComment: k", "PuTTY-User-Key-File-3:| ssh-ed25519\r\nEncryption: none"),
        no=("PuTTY-User-Key-File-2: ssh-rsa\nEncryption: aes256-cbc", "PuTTY-User-Key-File"),
    ),
    Rule(
        "registry-auth",
        "Registry credentials",
        ("auth",),
        r"(?:auth[\"']?:\s{0,4}[\"']|_auth\s{0,2}=\s{0,2}\"?)([A-Za-z0-9+/]{12,600}={0,2})",
        2.5,
        structure="basic-auth",
        near=True,
        window=1200,
        yes=('"auth": "{basic}|"', "_auth = {basic}|", "const o = { _auth: '{basic}|' }"),
        no=('"auth": "xxxxxxxxxxxxxxxxxxxx"', '"auth": "{b62*8}"', "auth: 'required'"),
    ),
    Rule(
        "private-key-bare",  # the first bytes of PKCS#8 and PKCS#1 in base 64, which name the kind of key
        "Private key without its header",
        ("badanbgkqhkig9w0baqefaasc", "ibaakcaqea", "ibaakcagea", "ageambmgbyqgsm49", "mc4caqawbqydk2vw"),
        r"(?:MII[A-Za-z0-9+/]{4}BADANBgkqhkiG9w0BAQEFAASC|MII[A-Za-z0-9+/]{3}IBAAKC(?:AQ|Ag)EA|MI[A-Za-z0-9+/]{2}AgEAMBMGByqGSM49"
        r"|MC4CAQAwBQYDK2VwBCIEI)[A-Za-z0-9+/]{24,4000}={0,2}",
        3.5,
        category=PRIVATE_KEY,
        window=4400,
        yes=('key = "MII|EvgIBADANBgkqhkiG9w0BAQEFAASC{b64*64}"', "MC4|CAQAwBQYDK2VwBCIEI{b64*42}="),
        no=('cert = "MIIDXTCCAkWgAwIBAgIJ{b64*64}"', 'public = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA{b64*64}"'),
    ),
    Rule(
        "one-time-password",
        "Secret of one-time passwords",
        ("totp", "hotp", "uthenticator"),
        r"(?:[TH]OTP|[th]otp|uthenticator)(?:\.(?:new|generate|check|verify))?(?:\(|\s)\s{0,2}[\"']([A-Z2-7]{16,64})[\"']",
        2.8,
        near=True,
        yes=("otp = pyotp.TOTP('{b32*32}|')", 'ROTP::HOTP.new("{b32*16}|", issuer: "a")', "otplib.authenticator.generate('{b32*32}|')"),
        no=("pyotp.TOTP('base32secret3232')", "otp = TOTP(name, 'AAAAAAAAAAAAAAAA')"),
    ),
    Rule(
        "wordpress-salt",
        "WordPress key or salt",
        ("_key", "_salt"),
        r"(?:AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)['\"]\s{0,3},\s{0,12}['\"]([^'\"\n]{60,70})",
        4.0,
        category=FRAMEWORK,
        near=True,
        yes=("define('AUTH_KEY',| '{b64*64}');", "define( 'SECURE_AUTH_SALT',| '{b64u*64}' );"),
        no=("define('AUTH_KEY', 'put your unique phrase here');", "define('NONCE_SALT', getenv('NONCE_SALT'));"),
    ),
    Rule(
        "age-secret-key",
        "age identity",
        ("age-secret-key-1",),
        r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
        yes=("AGE-SECRET-KEY-1|{bech32*58}", "key: AGE-SECRET-KEY-1|{bech32*58}"),
        no=("AGE-SECRET-KEY-1{bech32*20}", "age1{low*58}"),
    ),
    Rule(
        "json-web-token",
        "JSON web token",
        ("eyj",),
        r"eyJ[A-Za-z0-9_-]{10,600}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{20,700}",
        structure="jwt",
        window=3000,
        yes=("{jwt:user}", 'token = "{jwt:user}"'),
        no=("{jwt:anon}", "eyJhbGciOiJIUzI1NiJ9.notjson.{b64u*40}"),
    ),
)
