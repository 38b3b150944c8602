//! The one macro that makes a crate a policy.

/// Makes the crate a policy: `usher_guest::export!(MyPolicy);`, once. Name, version and summary are those of its `Cargo.toml`.
///
/// Outside WebAssembly nothing is exported, so the crate's tests run natively.
///
/// Build it with `usher plugin build`, or for the target `wasm32-unknown-unknown`; on every other WebAssembly target it does not compile.
#[macro_export]
macro_rules! export {
    ($policy:ty) => {
        // The compiler sees natively too that it is a policy, and that it is used.
        #[cfg(not(target_family = "wasm"))]
        const _: fn(&str) -> ::std::result::Result<$crate::test::Run<$policy>, $crate::Problems> =
            $crate::test::Run::of::<$policy>;

        #[cfg(target_family = "wasm")]
        const _: () = {
            ::std::thread_local! {
                static POLICY: $crate::wasm::Instance<$policy> = const { $crate::wasm::Instance::new() };
            }

            struct Exported;

            impl $crate::wasm::Guest for Exported {
                fn describe() -> $crate::wasm::Description {
                    $crate::wasm::describe::<$policy>(
                        env!("CARGO_PKG_NAME"),
                        env!("CARGO_PKG_VERSION"),
                        env!("CARGO_PKG_DESCRIPTION"),
                        $crate::config_schema!($policy),
                    )
                }

                fn configure(
                    config: ::std::string::String,
                    run: $crate::wasm::RunContext,
                ) -> ::std::result::Result<$crate::wasm::Needs, ::std::vec::Vec<$crate::wasm::ConfigProblem>> {
                    POLICY.with(|policy| policy.configure(&config, run))
                }

                fn decide_groups(
                    groups: ::std::vec::Vec<$crate::wasm::Group>,
                ) -> ::std::result::Result<::std::vec::Vec<$crate::wasm::GroupDecision>, ::std::string::String> {
                    POLICY.with(|policy| policy.decide_groups(groups))
                }

                fn decide_users(
                    users: ::std::vec::Vec<$crate::wasm::User>,
                ) -> ::std::result::Result<::std::vec::Vec<$crate::wasm::UserDecision>, ::std::string::String> {
                    POLICY.with(|policy| policy.decide_users(users))
                }
            }

            $crate::wasm::bindings::export_policy!(Exported with_types_in $crate::wasm::bindings);
        };
    };
}
