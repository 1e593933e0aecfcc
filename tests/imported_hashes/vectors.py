"""Hashes made by other implementations; none was made by the code here."""

PHRASE = "correct horse \u00e9"


def vector(scheme: str, password: str, *parts: str) -> tuple[str, str, str]:
    """Return the scheme's name here, the password and the whole hash."""
    return scheme, password, "".join(parts)


# Openwall's crypt_blowfish 1.2 and phpass, Firebase's scrypt utility,
# passlib's test suite, the scrypt paper (RFC 7914, section 12), RFC 6070 in
# Werkzeug's form.
PUBLISHED = [
    vector(
        "bcrypt",
        "U*U",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    ),
    vector(
        "bcrypt",
        "\u0451",
        "$2y$05$6bNw2HLQYeqHYyBfLMsv/OUcZd0LKP39b87nBw3.S2tVZSqiQX6eu",
    ),
    vector(
        "bcrypt-sha256",
        "password",
        "$bcrypt-sha256$v=2,t=2b,r=5$5Hg1DKFqPE8C2aflZ5vVoe",
        "$wOK1VFFtS8IGTrGa7.h5fs0u84qyPbS",
    ),
    vector(
        "bcrypt-sha256",
        "abc123" * 12,
        "$bcrypt-sha256$v=2,t=2b,r=5$X1g1nh3g0v4h6970O68cxe",
        "$zu1cloESVFIOsUIo7fCEgkdHaI9SSue",
    ),
    vector(
        "bcrypt-sha256",
        "abc123" * 12 + "qwr",
        "$bcrypt-sha256$v=2,t=2b,r=5$X1g1nh3g0v4h6970O68cxe",
        "$CBF9csfEdW68xv3DwE6xSULXMtqEFP.",
    ),
    vector(
        "bcrypt-sha256-v1",
        "password",
        "$bcrypt-sha256$2a,5$5Hg1DKFqPE8C2aflZ5vVoe",
        "$12BjNE0p7axMg55.Y/mHsYiVuFBDQyu",
    ),
    vector(
        "bcrypt-sha256-v1",
        "abc123" * 12 + "xyz",
        "$bcrypt-sha256$2b,5$X1g1nh3g0v4h6970O68cxe",
        "$7.1kgpHduMGEjvM3fX6e/QCvfn6OKja",
    ),
    vector(
        "scrypt",
        "password",
        "$scrypt$ln=10,r=8,p=16$TmFDbA",
        "$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI",
    ),
    vector(
        "pbkdf2-sha1",
        "password",
        "$pbkdf2$1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI",
    ),
    vector(
        "werkzeug-pbkdf2-sha1",
        "password",
        "pbkdf2:sha1:4096$salt$4b007901b765489abead49d926f721d065a429c1",
    ),
    vector(
        "phpass",
        "test12345",
        "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
    ),
    vector(
        "firebase-scrypt",
        "user1password",
        "$firebase-scrypt$ln=14,r=8$42xEC+ixf3L2lw==$Bw==$jxspr8Ki0RY",
        "ycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmY",
        "USDzZvpjeJ9WmXA==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1",
        "SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
    ),
]

# Made with bcrypt 4 and 5, argon2-cffi 25.1, passlib 1.7.4, Django 5.2 and
# Werkzeug 3.1, at low costs.
MADE = [
    vector(
        "bcrypt",
        PHRASE,
        "$2b$04$L45asbtP1AqWkK2DOkaPCux2AvfP330NMtAZByKbJx7rcpJ6M2rSq",
    ),
    vector(
        "bcrypt",
        PHRASE,
        "$2a$04$PY4zY2SQsxluinRc3mCJVesU4jFc4j//2EyU12k.BzqFvgcFEZpYO",
    ),
    vector(
        "bcrypt",
        PHRASE,
        "$2y$04$xsM/vb4Gl/ckkjiAsCrobeb1mYqkGJEbpbmzkXXYIXIPoIBx9ig9C",
    ),
    vector(
        "bcrypt-sha256",
        PHRASE,
        "$bcrypt-sha256$v=2,t=2b,r=4$orCk9g2mjlhtMIXwEXLqQu",
        "$Scm8CLyfOzbAhEVetCSfEnCh1jwdcQ2",
    ),
    vector(
        "bcrypt-sha256-v1",
        PHRASE,
        "$bcrypt-sha256$2b,4$IYk0l3uDJBOfOh81TmPEx.",
        "$EnWox0VT0q6GGrqyphCYuX7X88Y4tRi",
    ),
    vector(
        "bcrypt-sha256-v1",
        PHRASE,
        "$bcrypt-sha256$2a,4$9jnh30R2wV/Pg5NmP1.0Oe",
        "$EofP2Ba4w1gN9/MTvt6frd3W1vKxsS6",
    ),
    vector(
        "django-bcrypt",
        PHRASE,
        "bcrypt$$2b$04",
        "$wYY6V1sw5bUgQUmmjS0sDuCsxrJ6khZGh2FoseuLZ/D11znAln7l6",
    ),
    vector(
        "django-bcrypt-sha256",
        PHRASE,
        "bcrypt_sha256$$2b$04",
        "$WzF4HCTAWSGpe9KFg4R0ButoA1nIjFVlApGDj7FVZsPcJZjoQFPnS",
    ),
    vector(
        "argon2",
        PHRASE,
        "$argon2i$v=19$m=64,t=1,p=1$Xas1hpDyfm+tlfK+txZCiA",
        "$xtLvLmnXqDN4ESpCIvgb7oveMo2om1R5rsl24j91ppw",
    ),
    vector(
        "argon2",
        PHRASE,
        "$argon2d$v=19$m=64,t=1,p=1$4TwHICQkhPD+31vrHYPwvg",
        "$Aok/beUj3YUyPS/cnV5D6yOX0tLheyqlhlsjz68hmbA",
    ),
    vector(
        "argon2",
        PHRASE,
        "$argon2id$v=19$m=64,t=1,p=1$zHig5Ans6Dfh+YqZqdVmtw",
        "$6iqtFpp4iyM8FFHq9h4Qc27PIc8WwBdKAZJ5XNtaDPc",
    ),
    vector(
        "argon2",
        PHRASE,
        "$argon2i$v=16$m=64,t=2,p=2$c29tZXNhbHRzb21lc2FsdA",
        "$6jPF5GhVc2Y79ek+FDU3bGvawB0fhsQmU6sNgLf3oFI",
    ),
    # The same, as Argon2 1.0 wrote it: without a version.
    vector(
        "argon2",
        PHRASE,
        "$argon2i$m=64,t=2,p=2$c29tZXNhbHRzb21lc2FsdA",
        "$6jPF5GhVc2Y79ek+FDU3bGvawB0fhsQmU6sNgLf3oFI",
    ),
    vector(
        "django-argon2",
        PHRASE,
        "argon2$argon2id$v=19$m=64,t=2,p=2$c2FsdFNBTFQxMjM0NQ",
        "$HRw/GKLJAhUVuhYQpJL7HnTBUb+yP9yeHZtkrsHIktU",
    ),
    vector(
        "scrypt",
        PHRASE,
        "$scrypt$ln=4,r=8,p=1$5Bxj7L33XgvBeK91znmv1Q",
        "$xU5R0EDGupl+K1R1onYoEv8y16Nn/kGuPodk0w/XDGk",
    ),
    vector(
        "django-scrypt",
        PHRASE,
        "scrypt$16$saltSALT12345$8$5",
        "$oFT9I5Wuc5+QG1W1mKoGzhP1Qat/h8l4vv3wS0U3Iyl6i4oJmr7dnRPMrWroljU",
        "TD95LfUJiIA/EnMP6zoaQOA==",
    ),
    vector(
        "werkzeug-scrypt",
        PHRASE,
        "scrypt:1024:8:1$POsNCKYaAWAPMfwu",
        "$dd691b3b9d442578911f22137574165d65b3193c40575328d91464f146dd43d",
        "ff38809137eb40e4dc82f18bbc039c65ad1ef4a99bbfdf188e4426bc5872d056",
        "6",
    ),
    vector(
        "pbkdf2-sha1",
        PHRASE,
        "$pbkdf2$1000$7L3XGiMEACAkZGwtpXTuHQ$Z4LDMNFYwVOIWrRjp8X3TzJG0PA",
    ),
    vector(
        "pbkdf2-sha256",
        PHRASE,
        "$pbkdf2-sha256$1000$uPceY8w5Z0xpDYGQsjYGoA",
        "$xorkctEWLPOjIWGEvUGSYO/m2kL90vXQ82pWm8bRBDs",
    ),
    vector(
        "pbkdf2-sha512",
        PHRASE,
        "$pbkdf2-sha512$1000$C0FoLaUU4hzD.J9Tai1lbA",
        "$V/6wA5qSZSizV0BwC3rk/2P8gYCqrrBzXoc1iaawJvQP6WgjUMeeuG1mLALa9o/",
        "IQCBXsm64kRyY2QjE6xCceA",
    ),
    vector(
        "django-pbkdf2-sha1",
        PHRASE,
        "pbkdf2_sha1$1000$saltSALT12345$rcuTK19OhoaMKQJOaVYUC5hivIE=",
    ),
    vector(
        "django-pbkdf2-sha256",
        PHRASE,
        "pbkdf2_sha256$1000$saltSALT12345",
        "$9b2AjRa2ZQrH3DAVWuRCX2wQQaqOv4nX7Su3pOutSxw=",
    ),
    # Django's own class, told to use SHA-512.
    vector(
        "django-pbkdf2-sha512",
        PHRASE,
        "pbkdf2_sha512$1000$saltSALT12345",
        "$6VCi4Oea4noA/idyBYhOJ1GZuJ4QMbcZalIB8esbyMz51kPCamSjfxJV6sMmi+f",
        "omYOd8XCxMwUfkrj2Sgvp3w==",
    ),
    vector(
        "werkzeug-pbkdf2-sha1",
        PHRASE,
        "pbkdf2:sha1:1000$ryDEeSSEHEnQRqmM",
        "$49eb6ad1b4acc7feaa069b769c1b13a113d21e60",
    ),
    vector(
        "werkzeug-pbkdf2-sha256",
        PHRASE,
        "pbkdf2:sha256:1000$Tt0PyTzsqwsZ28LK",
        "$e59cf5352af4d514316076e02b6f148dd1303ea978076c70d8a4c08584b370b",
        "8",
    ),
    vector(
        "werkzeug-pbkdf2-sha512",
        PHRASE,
        "pbkdf2:sha512:1000$uJhPediH6tyMUWfM",
        "$7d51370fc387722d80767c2ac7ffda445a1fa0329062f83d6077a47c143b52b",
        "c68cda12fd5f23870ce473471beaa9f9dbe7f6443c45a311168c8b8e1a44bf93",
        "1",
    ),
    # Of hashlib, hmac and bcrypt alone, as Keycloak and WordPress put them
    # together.
    vector(
        "keycloak-pbkdf2-sha1",
        PHRASE,
        "$keycloak-pbkdf2-sha1$10$ZGVmZ2hpamtsbW5vcHFycw$a6ryOVA6EXEi",
        "dOnV9PhGhy5NaQW0TQ5Poc./HRgbdgvBOV5lKsBWddTNOCxsmkpJ4SH8o597",
        "AzlLlHowauuqJg",
    ),
    vector(
        "keycloak-pbkdf2-sha256",
        PHRASE,
        "$keycloak-pbkdf2-sha256$10$ZGVmZ2hpamtsbW5vcHFycw$xWunzeFv1L",
        "v5G/HF7raWBfy/TzXudnUFqMfRpfgdFgNEzTkl1jXgF4i4g7Hm6d61iV35ZP",
        "t0D8WyARL8EsiovQ",
    ),
    vector(
        "wordpress-bcrypt",
        PHRASE,
        "$wp$2y$04$5LldaJmXefymT0zHf6BPDO8uuapYF5ZhEa1Yg7R9GrA9DOG6.s",
        "o.a",
    ),
]

VECTORS = PUBLISHED + MADE
