//! A person with their jobs, before anything is written into lists.

use jiff::civil::Date;

use super::truth::{RowKind, TruthPerson, Variation};

/// What an employer has on its list about one of its people.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Place in the world's organisations.
    pub(crate) employer: usize,
    pub(crate) kind: RowKind,
    pub(crate) payroll: String,
    pub(crate) team: String,
    pub(crate) title: &'static str,
    pub(crate) staff_group: &'static str,
    pub(crate) base: String,
    pub(crate) rota: String,
    pub(crate) leave: String,
    /// As this employer has them; may differ from the truth.
    pub(crate) forename: String,
    pub(crate) surname: String,
    pub(crate) nhs_number: Option<String>,
    pub(crate) home: String,
    pub(crate) email: String,
    /// Date of birth and mobile where this employer has others than the truth.
    pub(crate) born: Option<Date>,
    pub(crate) mobile: Option<String>,
    pub(crate) variation: Option<Variation>,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) truth: TruthPerson,
    /// The main job first.
    pub(crate) jobs: Vec<Job>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Staff {
    pub(crate) people: Vec<Person>,
    /// The same person's name as another list writes it: person, forename, surname.
    pub(crate) variants: Vec<(usize, String, String)>,
    /// NHS numbers given out so far.
    pub(crate) numbers: super::people::Numbers,
}

/// A name as a system that knows only Windows-1252 would have it: letters it lacks lose their
/// marks, other scripts turn into question marks.
pub(crate) fn in_windows_1252(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let mut buffer = [0; 4];
        let (_, _, lost) = encoding_rs::WINDOWS_1252.encode(letter.encode_utf8(&mut buffer));
        if lost {
            out.push_str(plain(letter));
        } else {
            out.push(letter);
        }
    }
    out
}

fn plain(letter: char) -> &'static str {
    match letter {
        'ą' | 'ă' | 'ā' => "a",
        'Ą' | 'Ă' | 'Ā' => "A",
        'ć' | 'č' | 'ċ' => "c",
        'Ć' | 'Č' => "C",
        'ď' | 'đ' => "d",
        'Ď' | 'Đ' => "D",
        'ę' | 'ě' | 'ē' | 'ė' | 'ẹ' => "e",
        'Ę' | 'Ě' | 'Ē' | 'Ė' | 'Ẹ' => "E",
        'ğ' | 'ģ' => "g",
        'Ğ' | 'Ģ' => "G",
        'ı' | 'ī' | 'į' | 'ị' => "i",
        'İ' | 'Ī' | 'Į' => "I",
        'ķ' => "k",
        'Ķ' => "K",
        'ł' | 'ľ' | 'ļ' | 'ĺ' => "l",
        'Ł' | 'Ľ' | 'Ļ' => "L",
        'ń' | 'ň' | 'ņ' => "n",
        'Ń' | 'Ň' | 'Ņ' => "N",
        'ő' | 'ọ' | 'ō' | 'ồ' => "o",
        'Ő' | 'Ọ' | 'Ō' => "O",
        'ř' | 'ŕ' => "r",
        'Ř' => "R",
        'ś' | 'ș' | 'ş' | 'ṣ' => "s",
        'Ś' | 'Ș' | 'Ş' | 'Ṣ' => "S",
        'ť' | 'ț' | 'ţ' => "t",
        'Ť' | 'Ț' | 'Ţ' => "T",
        'ű' | 'ů' | 'ū' | 'ų' => "u",
        'Ű' | 'Ů' | 'Ū' => "U",
        'ŵ' => "w",
        'Ŵ' => "W",
        'ŷ' => "y",
        'Ŷ' => "Y",
        'ź' | 'ż' => "z",
        'Ź' | 'Ż' => "Z",
        'ʻ' => "'",
        '\u{200b}' | '\u{0300}'..='\u{036f}' => "",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn letters_lose_their_marks_and_scripts_are_lost() {
        assert_eq!(super::in_windows_1252("Małgorzata"), "Malgorzata");
        assert_eq!(super::in_windows_1252("Zoë O’Brien"), "Zoë O’Brien");
        assert_eq!(super::in_windows_1252("Олена"), "?????");
    }
}
