package main

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// resourceType is one entry of providers.json.
type resourceType struct {
	Arguments map[string]argument
	Blocks    map[string]block
	Computed  map[string]string
}

type argument struct {
	Type     string
	Required bool
	// Computed: the cloud chooses it when it is left out.
	Computed bool
}

type block struct {
	resourceType
	Required bool
	Many     bool
}

// settings are those of the providers themselves, as far as the examples use them.
var settings = map[string]resourceType{
	"aws":     {Arguments: map[string]argument{"region": {Type: "string"}, "profile": {Type: "string"}}},
	"azurerm": {Arguments: map[string]argument{"subscription_id": {Type: "string"}}, Blocks: map[string]block{"features": {}}},
	"vault":   {},
}

func (t resourceType) schema() *tfprotov6.SchemaBlock {
	block := &tfprotov6.SchemaBlock{}
	for name, argument := range t.Arguments {
		block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{
			Name:     name,
			Type:     typeOf(argument.Type),
			Required: argument.Required,
			Optional: !argument.Required,
			Computed: argument.Computed,
		})
	}
	for name, declared := range t.Computed {
		block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{Name: name, Type: typeOf(declared), Computed: true})
	}
	for name, inner := range t.Blocks {
		child := &tfprotov6.SchemaNestedBlock{TypeName: name, Block: inner.schema(), Nesting: tfprotov6.SchemaNestedBlockNestingModeList}
		if inner.Required {
			child.MinItems = 1
		}
		if !inner.Many {
			child.MaxItems = 1
		}
		block.BlockTypes = append(block.BlockTypes, child)
	}
	return block
}

// chosen are the attributes that a cloud chooses when they are not given.
func (t resourceType) chosen() map[string]string {
	chosen := map[string]string{}
	for name, declared := range t.Computed {
		chosen[name] = declared
	}
	for name, argument := range t.Arguments {
		if argument.Computed {
			chosen[name] = argument.Type
		}
	}
	return chosen
}

func typeOf(declared string) tftypes.Type {
	if element, found := strings.CutPrefix(declared, "list("); found {
		return tftypes.List{ElementType: typeOf(strings.TrimSuffix(element, ")"))}
	}
	if element, found := strings.CutPrefix(declared, "map("); found {
		return tftypes.Map{ElementType: typeOf(strings.TrimSuffix(element, ")"))}
	}
	switch declared {
	case "string":
		return tftypes.String
	case "number":
		return tftypes.Number
	case "bool":
		return tftypes.Bool
	}
	panic("providers.json has a type that is not known here: " + declared)
}
