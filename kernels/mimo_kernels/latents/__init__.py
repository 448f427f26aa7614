"""What happens to latents between two passes: contract, kernels, torch operators."""
