using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>
/// Creates an empty request or a sample response of an operation, like <c>--generate-cli-skeleton</c> of the AWS CLI.
/// </summary>
[Cmdlet(VerbsCommon.New, "CPThirdPartySkeleton", DefaultParameterSetName = ObjectSet)]
[OutputType(typeof(PSObject), typeof(string))]
public sealed class NewThirdPartySkeletonCommand : AsyncCommand
{
    private const string ObjectSet = "Object";
    private const string YamlSet = "Yaml";

    /// <summary>The name of the operation, or of the cmdlet that calls it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(OperationCompleter))]
    public string Operation { get; set; } = string.Empty;

    /// <summary>Emits JSON, which --cli-input-json of the AWS CLI also accepts.</summary>
    [Parameter(ParameterSetName = ObjectSet)]
    public SwitchParameter AsJson { get; set; }

    /// <summary>Emits a sample response, with member names as values, instead of the request.</summary>
    [Parameter(ParameterSetName = ObjectSet)]
    public SwitchParameter Output { get; set; }

    /// <summary>Emits YAML with comments, which --cli-input-yaml of the AWS CLI also accepts.</summary>
    [Parameter(Mandatory = true, ParameterSetName = YamlSet)]
    public SwitchParameter AsYaml { get; set; }

    private protected override object Target => Operation;

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (AsYaml)
        {
            Write(InputSkeleton.ForRequestAsYaml(Operation));
            return;
        }

        string json = Output ? InputSkeleton.ForResponse(Operation) : InputSkeleton.ForRequest(Operation);
        if (AsJson)
        {
            Write(json);
            return;
        }

        IReadOnlyList<object?> values = await AskAsync(
            host => host.InvokeScript("param($Json) $Json | ConvertFrom-Json", json), cancellationToken)
            .ConfigureAwait(false);
        foreach (object? value in values)
        {
            Write(value!);
        }
    }
}
