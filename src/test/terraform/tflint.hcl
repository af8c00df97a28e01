plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Files are named after what is in them; main.tf, variables.tf and outputs.tf are checked elsewhere.
rule "terraform_standard_module_structure" {
  enabled = false
}
