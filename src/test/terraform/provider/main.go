// Command provider stands in for the aws, azurerm and vault providers, whichever its file is named after. It knows
// what their published schemas say about the types in providers.json, takes whatever fits them, makes up what a cloud
// would answer, and contacts nobody.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type provider struct {
	// What is not overridden below is not asked of a provider by the commands that the tests use.
	tfprotov6.ProviderServer
	name  string
	types map[string]resourceType
}

func main() {
	log.SetFlags(0)
	name := strings.TrimPrefix(filepath.Base(os.Args[0]), "terraform-provider-")
	text, err := os.ReadFile(os.Getenv("TOKEN_VAULT_PROVIDERS"))
	if err != nil {
		log.Fatal(err)
	}
	var providers map[string]struct{ Types map[string]resourceType }
	if err := json.Unmarshal(text, &providers); err != nil {
		log.Fatal(err)
	}
	server := &provider{name: name, types: providers[name].Types}
	err = tf6server.Serve(name, func() tfprotov6.ProviderServer { return server })
	if err != nil {
		log.Fatal(err)
	}
}

func (p *provider) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return &tfprotov6.GetMetadataResponse{}, nil
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	answer := &tfprotov6.GetProviderSchemaResponse{
		Provider:          &tfprotov6.Schema{Block: settings[p.name].schema()},
		ResourceSchemas:   map[string]*tfprotov6.Schema{},
		DataSourceSchemas: map[string]*tfprotov6.Schema{},
	}
	for name, described := range p.types {
		if source, isData := strings.CutPrefix(name, "data."); isData {
			answer.DataSourceSchemas[source] = &tfprotov6.Schema{Block: described.schema()}
		} else {
			answer.ResourceSchemas[name] = &tfprotov6.Schema{Block: described.schema()}
		}
	}
	return answer, nil
}

func (p *provider) ValidateProviderConfig(_ context.Context, request *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (p *provider) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (p *provider) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (p *provider) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (p *provider) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (p *provider) UpgradeResourceState(_ context.Context, request *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	state, err := request.RawState.Unmarshal(p.types[request.TypeName].schema().ValueType())
	if err != nil {
		return nil, err
	}
	upgraded, err := tfprotov6.NewDynamicValue(state.Type(), state)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &upgraded}, err
}

func (p *provider) ReadResource(_ context.Context, request *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: request.CurrentState}, nil
}

func (p *provider) PlanResourceChange(_ context.Context, request *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	planned, err := p.completed(request.TypeName, request.ProposedNewState)
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: planned}, err
}

func (p *provider) ApplyResourceChange(_ context.Context, request *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return &tfprotov6.ApplyResourceChangeResponse{NewState: request.PlannedState}, nil
}

func (p *provider) ReadDataSource(_ context.Context, request *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	state, err := p.completed("data."+request.TypeName, request.Config)
	return &tfprotov6.ReadDataSourceResponse{State: state}, err
}

// completed answers for the cloud: what it would choose, and was not given, is made up.
func (p *provider) completed(name string, given *tfprotov6.DynamicValue) (*tfprotov6.DynamicValue, error) {
	described := p.types[name]
	valueType := described.schema().ValueType()
	value, err := given.Unmarshal(valueType)
	if err != nil || value.IsNull() {
		return given, err
	}
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		return nil, err
	}
	for attribute, attributeType := range described.chosen() {
		if current := attributes[attribute]; current.IsNull() || !current.IsKnown() {
			attributes[attribute] = madeUp(name, attribute, attributeType, attributes)
		}
	}
	state, err := tfprotov6.NewDynamicValue(valueType, tftypes.NewValue(valueType, attributes))
	return &state, err
}
