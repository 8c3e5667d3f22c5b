//! Names that are hard for a generator of Rust.

use std::collections::BTreeSet;

use decthings_codegen::reserved;
use decthings_tests::{read_tree, repository};

/// Keywords of all editions: strict, reserved and weak ones.
const KEYWORDS: &str = "abstract as async auto await become box break catch const continue crate default do dyn else \
    enum extern false final fn for gen if impl in let loop macro macro_rules match mod move mut override priv proc pub \
    pure raw ref return safe self Self sizeof static struct super trait true try type typeof union unsafe unsized use \
    virtual where while yield";

/// Primitive types, and names of the preludes and of `std` that code uses without a path, or that macros expand to.
const STANDARD: &str = "bool char f16 f32 f64 f128 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize never \
    alloc core std test proc_macro self_cell \
    Any Arc AsMut AsRef AsyncFn Borrow BTreeMap Box Bytes Cell Clone Copy Cow Debug Default Deref Display \
    DoubleEndedIterator Drop Duration Eq Err Error ExactSizeIterator Extend Fn FnMut FnOnce Formatter From FromIterator \
    FromStr Future HashMap HashSet Hash Into IntoFuture IntoIterator Iterator Mutex None Ok Option Ord PartialEq \
    PartialOrd PhantomData Pin Rc RefCell Result Send Sized Some String Sync ToOwned ToString TryFrom TryInto Unpin Vec \
    assert assert_eq cfg clone column compile_error concat dbg debug_assert derive drop env eprintln file format \
    format_args include include_bytes include_str line main matches module_path panic print println stringify test \
    todo unimplemented unreachable vec write writeln global_allocator inline allow deny doc cfg_attr must_use";

/// Letters, cases, digits and signs.
const SPELLINGS: &[&str] = &[
    "fooBar",
    "foo_bar",
    "FooBar",
    "FOO_BAR",
    "foobar",
    "FOOBAR",
    "foo-bar",
    "foo bar",
    "foo.bar",
    "foo/bar",
    "foo__bar",
    "_foo",
    "foo_",
    "__foo__",
    "fooBAR2",
    "foo2bar",
    "foo_2",
    "x",
    "X",
    "A",
    "B",
    "C",
    "D",
    "E",
    "F",
    "K",
    "M",
    "R",
    "S",
    "T",
    "U",
    "V",
    "1",
    "2nd",
    "3D",
    "42",
    "0x1F",
    "1_000",
    "1.5",
    "-1",
    "",
    " ",
    "-",
    "_",
    "__",
    "$",
    "$ref",
    "$crate",
    "r#type",
    "r#",
    "'a",
    "'",
    "\"",
    "\\",
    "`",
    "#",
    "##",
    "{}",
    "{0}",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "[x](y)",
    "<b>",
    "&",
    "&&",
    "*",
    "*/",
    "/*",
    "//",
    "///",
    "//!",
    "/",
    ".",
    "..",
    "~",
    "%",
    "%s",
    "|",
    "a|b",
    ";",
    ",",
    ":",
    "::",
    "=",
    "=>",
    "?",
    "!",
    "@",
    "^",
    "+",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\0",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{200b}",
    "\u{200d}",
    "\u{feff}",
    "é",
    "e\u{301}",
    "été",
    "Été",
    "a_é",
    "ÀB",
    "ß",
    "ẞ",
    "ı",
    "İ",
    "ǆ",
    "ǅ",
    "ﬁ",
    "µ",
    "μ",
    "Ω",
    "Ω",
    "K",
    "Å",
    "²",
    "x²",
    "①",
    "½",
    "٣",
    "日本",
    "中",
    "ｆｏｏ",
    "가",
    "가",
    "שלום",
    "नमस्ते",
    "ไทย",
    "🦀",
    "a🦀b",
    "constructor",
    "__proto__",
    "prototype",
    "toString",
    "undefined",
    "null",
    "NaN",
    "function",
    "class",
    "interface",
    "delete",
    "con",
    "prn",
    "aux",
    "nul",
    "com1",
    "lpt9",
    "CON",
    "Aux",
];

/// All of them, and every identifier of this code and of the macros that it calls.
pub fn names(code: impl IntoIterator<Item = String>) -> Vec<String> {
    let words = KEYWORDS.split_whitespace().chain(STANDARD.split_whitespace()).chain(SPELLINGS.iter().copied());
    let mut names: BTreeSet<String> = words.map(str::to_owned).collect();
    names.extend([100, 300, 5000].map(|length| "a".repeat(length)));
    names.extend([100, 300].map(|words| "Ab".repeat(words)));
    for list in [reserved::CALL, reserved::CLIENT, reserved::FEATURES, reserved::ROUTER, reserved::SUBSCRIPTION] {
        names.extend(list.iter().map(|name| (*name).to_owned()));
    }
    code.into_iter().for_each(|code| names.extend(identifiers(&code)));
    let runtime = read_tree(&repository("generated/src/runtime"));
    for code in runtime.values().filter(|code| code.contains("macro_rules!")) {
        let macros = code.split("macro_rules!").skip(1).filter_map(|rest| rest.split("\n}\n").next());
        macros.for_each(|body| names.extend(identifiers(body)));
    }
    names.into_iter().collect()
}

/// The identifiers of code, without those of comments.
fn identifiers(code: &str) -> impl Iterator<Item = String> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let words = lines.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter(|word| word.starts_with(|c: char| !c.is_ascii_digit())).map(str::to_owned)
}
