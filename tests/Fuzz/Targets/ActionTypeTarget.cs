using System;
using System.Collections.Generic;
using System.Text;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>Action types in all input formats: path, shorthand of the AWS CLI, JSON, objects.</summary>
internal sealed class ActionTypeTarget : FuzzTarget
{
    private static readonly string[] s_texts =
    {
        "Test/Contoso/1", "Build/ThirdParty/Contoso_Ci/2-a",
        "category=Test,owner=ThirdParty,provider=Contoso,version=1",
        "category=\"Deploy\", provider='Contoso', version=1", "test/contoso/1 ",
    };

    private readonly ActionTypeTransformationAttribute _transformation = new();

    public override string Name => "action-types";

    public override int Longest => 8 * 1024;

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "Test", "Build", "category", "owner", "provider", "version", "ThirdParty", "=", ",", "/", "\"", "'", "{", "}",
        "Source", "\u0130", "\u212a");

    public override byte[] Make(Draw draw) => draw.Chance(0.4)
        ? JsonMaker.Like(draw, """{"category":"Test","owner":"ThirdParty","provider":"Contoso","version":"1"}""")
        : Encoding.UTF8.GetBytes(draw.Pick(s_texts));

    public override string Run(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        string outcome = Read(text);
        return ShellObject.TryRead(text, out object? value) ? outcome + "/" + Read(value) : outcome;
    }

    private string Read(object? value)
    {
        try
        {
            if (_transformation.Read(value) is not ActionTypeId type)
            {
                return "nothing";
            }

            Hold(
                ServiceLimits.Provider.Allows(type.Provider) && ServiceLimits.Version.Allows(type.Version),
                "An action type exceeds the limits of the service.");
            Hold(
                ActionTypeParser.Parse(type.ToString()).Equals(type),
                "An action type does not round-trip.");
            Hold(
                ActionTypeParser.Parse(
                    $"category={type.Category},owner={type.Owner},provider={type.Provider},version={type.Version}")
                    .Equals(type),
                "An action type does not round-trip through shorthand.");
            return type.Category + type.Owner;
        }
        catch (InvalidInputException error)
        {
            return Shape(error);
        }
    }
}
