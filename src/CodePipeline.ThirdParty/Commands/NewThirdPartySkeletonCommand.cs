using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>
/// Makes the request of an operation to fill in, or an example of its answer, as the AWS CLI's
/// <c>--generate-cli-skeleton</c> does.
/// </summary>
[Cmdlet(VerbsCommon.New, "CPThirdPartySkeleton", DefaultParameterSetName = ObjectSet)]
[OutputType(typeof(PSObject), typeof(string))]
public sealed class NewThirdPartySkeletonCommand : AsyncCommand
{
    private const string ObjectSet = "Object";
    private const string YamlSet = "Yaml";

    /// <summary>The operation, or the cmdlet that calls it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(OperationCompleter))]
    public string Operation { get; set; } = string.Empty;

    /// <summary>Gives JSON, which the AWS CLI takes by --cli-input-json too.</summary>
    [Parameter(ParameterSetName = ObjectSet)]
    public SwitchParameter AsJson { get; set; }

    /// <summary>Gives the answer of the operation, each text the name of its member, in place of the request.</summary>
    [Parameter(ParameterSetName = ObjectSet)]
    public SwitchParameter Output { get; set; }

    /// <summary>Gives YAML with comments, which the AWS CLI takes by --cli-input-yaml too.</summary>
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
