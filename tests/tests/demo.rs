//! `usher demo`: the first thing that anybody sees.

use usher_tests::Place;

#[test]
fn the_demo_comes_to_its_good_end() {
    // It brings its own services; nothing here points to any.
    let place = Place::new("", "", "");
    let demo = place.run("demo", &[]).exits(0);
    assert_eq!(demo.stdout.matches("\n── ").count(), 7, "{demo}");
    assert_eq!(demo.stdout.matches("$ usher sync").count(), 3, "{demo}");
    let told = |text: &str| assert!(demo.stdout.contains(text), "no {text:?}: {demo}");
    told("nothing to do");
    for event in ["joins", "moves from xx_dev to xx_devops", "marries", "deactivated", "data-products"] {
        told(event);
    }
    // The long plan stands there once; the next run tells only what it adds, and the last one has a plan of its own.
    assert_eq!(demo.stdout.matches("\nHash: ").count(), 2, "{demo}");
    assert_eq!(demo.stdout.matches("\nUsers\n").count(), 2, "{demo}");
    told("lines as above, to the letter");
    told("\nDone: ");
    // Plain when piped: no escape sequence, no bar.
    assert!(!demo.stdout.contains('\u{1b}') && !demo.stderr.contains('\u{1b}'), "{demo}");
    let end = demo.stdout.lines().rev().take(5).collect::<Vec<_>>();
    assert!(end[0].starts_with("Next: write a usher.toml"), "{demo}");
    assert!(end.iter().any(|line| line.trim_start().starts_with("Identity Center")), "{demo}");
}
