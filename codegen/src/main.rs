//! The generator as a program; see [`decthings_codegen::cli`].

fn main() -> std::process::ExitCode {
    decthings_codegen::cli::main()
}
