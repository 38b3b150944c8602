//! What the compiler says of common mistakes names what is missing.

#[test]
fn mistakes_are_named_by_the_compiler() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_errors/*.rs");
}
