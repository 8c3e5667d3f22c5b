//! Whether a tensor is what rules ask for.

use decthings::Tensor;
use decthings::types::TensorRules;

/// Checks type and shape; the error says what is wrong.
pub(crate) fn check(rules: &TensorRules, tensor: &Tensor) -> Result<(), String> {
    check_type(rules, tensor)?;
    let shape = tensor.shape();
    let fits = shape.len() == rules.shape.len()
        && shape.iter().zip(&rules.shape).all(|(&got, &wanted)| wanted == -1 || usize::try_from(wanted) == Ok(got));
    if fits {
        return Ok(());
    }
    Err(format!("must have the shape {:?} (-1 is any length), got {shape:?}", rules.shape))
}

/// Checks the type only.
pub(crate) fn check_type(rules: &TensorRules, tensor: &Tensor) -> Result<(), String> {
    let got = tensor.dtype().as_str();
    if rules.allowed_types.iter().any(|allowed| allowed.as_str() == got) {
        return Ok(());
    }
    let allowed: Vec<&str> = rules.allowed_types.iter().map(|allowed| allowed.as_str()).collect();
    Err(format!("must be of type {}, got {got}", allowed.join(" or ")))
}
