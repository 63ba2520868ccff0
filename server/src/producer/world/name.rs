//! What users are called. A user's id alone decides, so the same id is the same person in every world.

/// Given names from all over.
const GIVEN: [&str; 100] = [
    "Ada",
    "Bashir",
    "Carmen",
    "Dmitri",
    "Eleni",
    "Farah",
    "Goran",
    "Hana",
    "Ivo",
    "Jamila",
    "Kofi",
    "Leila",
    "Mateo",
    "Nadia",
    "Oskar",
    "Priya",
    "Quentin",
    "Rosa",
    "Samir",
    "Tove",
    "Umar",
    "Vera",
    "Wen",
    "Ximena",
    "Yusuf",
    "Zofia",
    "Aiko",
    "Bruno",
    "Chiara",
    "Duc",
    "Esther",
    "Felix",
    "Grace",
    "Hassan",
    "Ingrid",
    "Joao",
    "Katya",
    "Lars",
    "Mei",
    "Nikhil",
    "Olga",
    "Pablo",
    "Renée",
    "Sanjay",
    "Tariq",
    "Ursula",
    "Viktor",
    "Wanjiru",
    "Yara",
    "Zeynep",
    "Amara",
    "Benedikt",
    "Chloé",
    "Daniyar",
    "Emeka",
    "Freya",
    "Gustavo",
    "Helmi",
    "Imran",
    "Jun",
    "Kaveh",
    "Lucía",
    "Malik",
    "Noor",
    "Ondrej",
    "Paloma",
    "Rashid",
    "Saoirse",
    "Thabo",
    "Uzma",
    "Valentina",
    "Willem",
    "Yael",
    "Zoran",
    "Anouk",
    "Bilal",
    "Cosmin",
    "Dalia",
    "Elif",
    "Fatou",
    "Giulia",
    "Hugo",
    "Isla",
    "Jorge",
    "Kenji",
    "Linnea",
    "Marek",
    "Nia",
    "Omar",
    "Petra",
    "Rohan",
    "Sofia",
    "Tomas",
    "Una",
    "Vikram",
    "Wiktor",
    "Yuki",
    "Zainab",
    "Aroha",
    "Beatriz",
];

/// Family names likewise.
const FAMILY: [&str; 100] = [
    "Okafor",
    "Lindqvist",
    "Tanaka",
    "Moreau",
    "Kowalski",
    "Haddad",
    "Silva",
    "Nguyen",
    "Petrov",
    "Mbeki",
    "Rossi",
    "Sharma",
    "Jansen",
    "Castillo",
    "Yilmaz",
    "Byrne",
    "Novak",
    "Chen",
    "Almeida",
    "Hansen",
    "Farouk",
    "Weber",
    "Kim",
    "Osei",
    "Marin",
    "Larsen",
    "Iyer",
    "Dubois",
    "Santos",
    "Kaya",
    "Murphy",
    "Horvat",
    "Wang",
    "Pereira",
    "Eriksen",
    "Nasser",
    "Fischer",
    "Park",
    "Adeyemi",
    "Popescu",
    "Virtanen",
    "Rao",
    "Laurent",
    "Mendez",
    "Demir",
    "Walsh",
    "Babic",
    "Liu",
    "Costa",
    "Berg",
    "Saleh",
    "Keller",
    "Choi",
    "Mensah",
    "Ionescu",
    "Nieminen",
    "Patel",
    "Girard",
    "Vargas",
    "Aydin",
    "Quinn",
    "Jovanovic",
    "Zhao",
    "Ferreira",
    "Holm",
    "Rahman",
    "Brandt",
    "Sato",
    "Diallo",
    "Dragan",
    "Salo",
    "Gupta",
    "Fontaine",
    "Rivera",
    "Arslan",
    "Doyle",
    "Kovac",
    "Huang",
    "Ramos",
    "Dahl",
    "Khoury",
    "Vogel",
    "Ito",
    "Traore",
    "Stan",
    "Koskinen",
    "Menon",
    "Bernard",
    "Ortega",
    "Celik",
    "Keane",
    "Simic",
    "Lin",
    "Barros",
    "Nygaard",
    "Aziz",
    "Lang",
    "Mori",
    "Kamau",
    "Tamm",
];

/// How many people there are before names need a middle initial.
const PLAIN: u64 = (GIVEN.len() * FAMILY.len()) as u64;

/// Walks all combinations once before it repeats, since it has no factor in common with [`PLAIN`]; and neighbours
/// share neither given nor family name.
const STRIDE: u64 = 6_073;

/// The name of the user with an id; no two users among the first 6.7 million have the same.
pub(super) fn user(id: u32) -> String {
    let id = u64::from(id.saturating_sub(1));
    let combination = id % PLAIN * STRIDE % PLAIN;
    let given = GIVEN[(combination % GIVEN.len() as u64) as usize];
    let family = FAMILY[(combination / GIVEN.len() as u64) as usize];
    let mut round = id / PLAIN;
    let mut name = String::with_capacity(32);
    name.push_str(given);
    name.push(' ');
    while round > 0 {
        name.push(char::from(b'A' + ((round - 1) % 26) as u8));
        name.push_str(". ");
        round = (round - 1) / 26;
    }
    name.push_str(family);
    name
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_users_have_the_same_name() {
        let names: HashSet<String> = (1..=1_000_000).map(user).collect();
        assert_eq!(names.len(), 1_000_000);
        assert!(names.iter().all(|name| name.len() <= 200));
    }

    #[test]
    fn the_first_user_is_ada_okafor() {
        assert_eq!((user(1).as_str(), user(10_001).as_str()), ("Ada Okafor", "Ada A. Okafor"));
    }
}
