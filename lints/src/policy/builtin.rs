//! The classes that need no declaration: the kinds of personal information that GB/T 35273 tells apart, credentials, and
//! business data. All may appear in the clear on a side chain or further inside, and a commitment or encryption makes
//! them harmless.

use std::sync::LazyLock;

use super::class::{Class, Entropy, Sensitivity};

/// Id, sensitivity, entropy, and how parameters and fields are called that hold such data: in lower case, words
/// separated by `_`, in English, pinyin and Chinese.
type Row = (&'static str, Sensitivity, Entropy, &'static [&'static str]);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Declared only: what a business keeps secret, no name tells.
    ("biz.sensitive", Sensitivity::Sensitive, Entropy::Low, &[]),
    ("pi.address", Sensitivity::Personal, Entropy::Low, &[
        "street", "home_addr", "home_address", "postal_code", "postcode", "zip_code", "zhuzhi", "住址",
    ]),
    ("pi.bio", Sensitivity::Sensitive, Entropy::Low, &[
        "fingerprint", "face", "iris", "voiceprint", "zhiwen", "指纹", "人脸",
    ]),
    ("pi.contact.email", Sensitivity::Personal, Entropy::Low, &[
        "email", "e_mail", "mail_addr", "youxiang", "邮箱",
    ]),
    ("pi.contact.phone", Sensitivity::Personal, Entropy::Low, &[
        "phone", "phone_number", "mobile", "tel", "telephone", "shouji", "dianhua", "手机", "电话",
    ]),
    ("pi.finance", Sensitivity::Sensitive, Entropy::Low, &[
        "bank_card", "bank_account", "iban", "salary", "credit_score", "yinhangka", "银行卡",
    ]),
    ("pi.health", Sensitivity::Sensitive, Entropy::Low, &[
        "diagnosis", "patient", "blood_type", "medical", "medical_record", "bingli", "病历",
    ]),
    ("pi.id.national", Sensitivity::Sensitive, Entropy::Low, &[
        "id_card", "idcard", "id_no", "identity_no", "national_id", "ssn", "passport", "sfz", "shenfenzheng", "huzhao",
        "身份证", "护照",
    ]),
    ("pi.location", Sensitivity::Sensitive, Entropy::Low, &[
        "latitude", "longitude", "geo", "gps", "track", "xingzong", "行踪",
    ]),
    ("pi.minor", Sensitivity::Sensitive, Entropy::Low, &["guardian", "child_name", "child_id", "jianhuren", "监护人"]),
    ("pi.name", Sensitivity::Personal, Entropy::Low, &[
        "real_name", "full_name", "first_name", "last_name", "patient_name", "owner_name", "customer_name", "buyer_name",
        "seller_name", "holder_name", "person_name", "xingming", "姓名",
    ]),
    ("secret.credential", Sensitivity::Secret, Entropy::Low, &[
        "password", "passwd", "private_key", "secret", "secret_key", "mnemonic", "seed_phrase", "mima", "siyao", "密码",
        "私钥",
    ]),
];

static CLASSES: LazyLock<Vec<Class>> = LazyLock::new(|| TABLE.iter().map(class).collect());

/// The built-in classes, sorted by name.
pub(super) fn classes() -> &'static [Class] {
    &CLASSES
}

fn class((id, sensitivity, entropy, names): &Row) -> Class {
    Class {
        sensitivity: *sensitivity,
        entropy: *entropy,
        names: names.iter().map(|n| (*n).to_owned()).collect(),
        ..Class::new(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }
}
