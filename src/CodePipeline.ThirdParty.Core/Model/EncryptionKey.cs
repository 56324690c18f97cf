namespace CodePipeline.ThirdParty;

/// <summary>The key that a job's output artifacts are to be encrypted with.</summary>
public sealed class EncryptionKey
{
    /// <summary>Creates the key.</summary>
    public EncryptionKey(string? id, string? type)
    {
        Id = id;
        Type = type;
    }

    /// <summary>The id, ARN or alias of the key.</summary>
    public string? Id { get; }

    /// <summary>The kind of the key: <c>KMS</c>.</summary>
    public string? Type { get; }

    /// <inheritdoc/>
    public override string ToString() => Id ?? string.Empty;
}
